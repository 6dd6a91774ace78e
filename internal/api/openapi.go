package api

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/i18n"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/field"
)

// object is a JSON object of the OpenAPI document.
type object map[string]any

// openapi answers with the description of what this door serves, made from the kinds' own declarations.
func (d *door) openapi(c echo.Context) error {
	return c.JSON(http.StatusOK, d.document(printer(c)))
}

// document is OpenAPI 3.1. Every kind is a schema of its own, named as the kind with "." in place of "/"; each of the four
// endpoints takes one of its door's.
func (d *door) document(p i18n.Printer) object {
	schemas := object{
		"OrderAnswer": object{"type": "object", "required": []string{"order_id"}, "properties": object{
			"order_id": object{"type": "string"}, "job_id": object{"type": "string"}}},
		"BatchAnswer": object{"type": "object", "required": []string{"orders"}, "properties": object{
			"orders": object{"type": "array", "items": ref("OrderV5")}}},
		"OrderV5": object{"type": "object", "properties": object{
			"order_id": object{"type": "string"}, "order_status": object{"type": "integer", "format": "int32"},
			"result": object{"type": "string", "enum": []string{"SUCCESS", "FAIL"}}, "result_code": object{"type": "string"},
			"result_msg": object{"type": "string"}, "job_id": object{"type": "string"}}},
		"Error": object{"type": "object", "required": []string{"error_code", "error_msg"}, "properties": object{
			"error_code": object{"type": "string", "maxLength": 12}, "error_msg": object{"type": "string"},
			"error_detail": object{"type": "string"}, "encoded_authorization_message": object{"type": "string"}}},
	}
	paths := object{}
	for _, name := range cloud.Doors {
		var choices []object
		mapping := object{}
		for _, kind := range orders.Kinds {
			if kind.Door != name {
				continue
			}
			schema := schemaName(kind)
			schemas[schema] = kindSchema(kind, p)
			choices = append(choices, ref(schema))
			mapping[kind.Type] = "#/components/schemas/" + schema
		}
		parameters := []object{
			{"name": "project_id", "in": "path", "required": true, "schema": object{"type": "string", "const": d.ProjectID}},
			{"name": "Idempotency-Key", "in": "header", "schema": object{"type": "string", "maxLength": maxIdempotencyKey},
				"description": p.Say("openapi.idempotency_key", nil)},
			{"name": reasonHeader, "in": "header", "schema": object{"type": "string", "maxLength": orders.MaxReason},
				"description": p.Say("openapi.reason", map[string]any{"max": orders.MaxReason})},
		}
		if name == cloud.DoorChange {
			parameters = append(parameters, object{"name": "desktop_id", "in": "path", "required": true, "schema": desktopSchema()})
		}
		answer := "OrderAnswer"
		if name.Batch() {
			answer = "BatchAnswer"
		}
		paths[name.Template()] = object{"post": object{
			"operationId": string(name),
			"summary":     p.Say("openapi.door."+string(name), nil),
			"parameters":  parameters,
			"requestBody": object{"required": true, "content": object{"application/json": object{"schema": object{
				"oneOf": choices, "discriminator": object{"propertyName": "type", "mapping": mapping}}}}},
			"responses": responses(answer, p),
		}}
	}
	paths["/v2/openapi.json"] = object{"get": object{"operationId": "openapi", "summary": p.Say("openapi.self", nil), "security": []object{},
		"responses": object{"200": object{"description": "OpenAPI 3.1"}}}}
	return object{
		"openapi": "3.1.0",
		"info":    object{"title": "Workspace Order Console", "version": d.Version, "description": p.Say("openapi.about", nil)},
		"servers": []object{{"url": d.PublicURL}},
		"paths":   paths,
		"components": object{"schemas": schemas, "securitySchemes": object{
			"key": object{"type": "apiKey", "in": "header", "name": "X-Auth-Token"}}},
		"security": []object{{"key": []string{}}},
	}
}

func ref(name string) object { return object{"$ref": "#/components/schemas/" + name} }

// schemaName is a kind's name as OpenAPI allows it.
func schemaName(kind orders.Kind) string { return string(kind.Door) + "." + kind.Type }

// answers are the statuses of this door beside the cloud's own.
var answers = []struct{ status, key string }{
	{"400", "openapi.400"}, {"401", "openapi.401"}, {"403", "openapi.403"}, {"404", "openapi.404"}, {"405", "openapi.405"},
	{"409", "openapi.409"}, {"413", "openapi.413"}, {"415", "openapi.415"}, {"429", "openapi.429"}, {"500", "openapi.500"},
	{"502", "openapi.502"}, {"504", "openapi.504"},
}

func responses(answer string, p i18n.Printer) object {
	out := object{"200": object{"description": p.Say("openapi.200", nil),
		"headers": object{"X-Console-Order": object{"schema": object{"type": "string", "format": "uuid"}}, "X-Request-Id": object{"schema": object{"type": "string"}}},
		"content": object{"application/json": object{"schema": ref(answer)}}}}
	for _, a := range answers {
		out[a.status] = object{"description": p.Say(a.key, nil), "content": object{"application/json": object{"schema": ref("Error")}}}
	}
	return out
}

// kindSchema is the body of a kind.
func kindSchema(kind orders.Kind, p i18n.Printer) object {
	schema := objectSchema(field.Describe(kind.New()), p)
	schema["title"] = p.Say("kind."+kind.Name()+".title", nil)
	schema["description"] = p.Say("kind."+kind.Name()+".description", nil)
	return schema
}

// desktopSchema is the change door's path parameter, as its kinds declare it.
func desktopSchema() object {
	for _, kind := range orders.Kinds {
		if kind.Door != cloud.DoorChange {
			continue
		}
		for _, in := range field.Describe(kind.New()) {
			if in.Param {
				return textSchema(in)
			}
		}
	}
	return object{"type": "string"}
}

// objectSchema is an object of declared inputs and no others.
func objectSchema(inputs []field.Input, p i18n.Printer) object {
	properties, required := object{}, []string{}
	for _, in := range inputs {
		if in.Param {
			continue
		}
		properties[in.Name] = inputSchema(in, p)
		if in.Required {
			required = append(required, in.Name)
		}
	}
	schema := object{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		slices.Sort(required)
		schema["required"] = required
	}
	return schema
}

func inputSchema(in field.Input, p i18n.Printer) object {
	var schema object
	switch in.Kind {
	case field.Group:
		schema = object{"type": "object"} // one whose members no source tells is open
		if len(in.Children) > 0 {
			schema = objectSchema(in.Children, p)
		}
	case field.GroupList:
		schema = listSchema(in, objectSchema(in.Item, p))
	case field.TextList:
		schema = listSchema(in, textSchema(in))
	case field.Int:
		schema = intSchema(in)
	case field.Bool:
		schema = object{"type": "boolean"}
	default:
		schema = textSchema(in)
	}
	if in.Default != "" {
		schema["x-cloud-default"] = in.Default
	}
	if in.SDKOnly {
		schema["x-sdk-only"] = true
	}
	if words, ok := p.Field("label", in.Path); ok {
		schema["title"] = words
	}
	if words, ok := p.Field("help", in.Path); ok {
		schema["description"] = words
	}
	return schema
}

func listSchema(in field.Input, items object) object {
	schema := object{"type": "array", "items": items}
	if in.MinItems > 0 {
		schema["minItems"] = in.MinItems
	}
	if in.MaxItems > 0 {
		schema["maxItems"] = in.MaxItems
	}
	if in.Unique {
		schema["uniqueItems"] = true
	}
	return schema
}

func textSchema(in field.Input) object {
	schema := object{"type": "string"}
	if len(in.Choices) > 0 {
		schema["enum"] = in.Choices
		return schema
	}
	if in.Pattern != nil {
		schema["pattern"] = in.Pattern.String()
	}
	if in.MaxLen > 0 {
		schema["minLength"], schema["maxLength"] = in.MinLen, in.MaxLen
	}
	return schema
}

func intSchema(in field.Input) object {
	schema := object{"type": "integer", "format": "int32"}
	if len(in.Choices) > 0 {
		var numbers []int
		for _, choice := range in.Choices {
			number, _ := strconv.Atoi(choice) // choices of a number are numbers
			numbers = append(numbers, number)
		}
		schema["enum"] = numbers
	}
	if in.Min != nil {
		schema["minimum"] = *in.Min
	}
	if in.Max != nil {
		schema["maximum"] = *in.Max
	}
	if in.Step > 1 {
		schema["multipleOf"] = in.Step
	}
	return schema
}
