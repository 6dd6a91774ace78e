package handlers_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/i18n"
	"workspace-order-console/internal/notify"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/field"
	"workspace-order-console/internal/orders/policy"
)

const root = "../.."

// catalogue reads the messages of a language as they are written: a key's forms by plural, "other" where there is one form.
func catalogue(t *testing.T, language string) map[string]map[string]string {
	t.Helper()
	messages := map[string]map[string]string{}
	files, err := filepath.Glob(filepath.Join(root, "internal/i18n", language, "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		raw, err := os.ReadFile(file)
		require.NoError(t, err)
		var entries map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(raw, &entries), file)
		for key, entry := range entries {
			assert.Nil(t, messages[key], "%s: in two files", key)
			forms := map[string]string{}
			if json.Unmarshal(entry, &forms) != nil {
				var text string
				require.NoError(t, json.Unmarshal(entry, &text), "%s: %s", file, key)
				forms = map[string]string{"other": text}
			}
			messages[key] = forms
		}
	}
	return messages
}

// called are functions whose argument at an index is a message's key.
var called = map[string]int{"T": 1, "Say": 0, "page": 1}

// literals are the strings in the sources of the program, and those that are given as a key to be said.
func literals(t *testing.T) (all, said map[string]bool) {
	t.Helper()
	all, said = map[string]bool{}, map[string]bool{}
	for _, dir := range []string{"internal", "web", "cmd"} {
		require.NoError(t, filepath.WalkDir(filepath.Join(root, dir), func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(node ast.Node) bool {
				switch n := node.(type) {
				case *ast.BasicLit:
					if text, ok := literal(n); ok {
						all[text] = true
					}
				case *ast.CallExpr:
					name := ""
					switch fun := n.Fun.(type) {
					case *ast.Ident:
						name = fun.Name
					case *ast.SelectorExpr:
						name = fun.Sel.Name
					}
					if at, ok := called[name]; ok && len(n.Args) > at {
						if text, ok := literal(n.Args[at]); ok {
							said[text] = true
						}
					}
				}
				return true
			})
			return nil
		}))
	}
	return all, said
}

func literal(node ast.Expr) (string, bool) {
	lit, ok := node.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

// names are the values of some names, as keys have them.
func names[S ~string](prefix string, list []S, suffixes ...string) []string {
	var keys []string
	for _, name := range list {
		for _, suffix := range append(suffixes, "")[:max(1, len(suffixes))] {
			keys = append(keys, prefix+string(name)+suffix)
		}
	}
	return keys
}

// families are the keys that the program puts together, from the lists that it puts them together with.
func families() []string {
	var kinds []string
	for _, kind := range orders.Kinds {
		kinds = append(kinds, kind.Name())
	}
	badges := orders.PlacedBadges
	teamInputs := []string{"name", "enterprise_projects", "groups.buyer", "groups.approver", "groups.viewer", "groups.auditor", "allow.products",
		"allow.images", "allow.kinds", "allow.max_quantity", "budget.month", "budget.currency", "budget.soft", "approval.above", "approval.approvers",
		"approval.always_for"}
	withoutHelp := []string{"approval.always_for", "allow.kinds"}
	doors := []cloud.Door{cloud.DoorSubscribe, cloud.DoorChange, cloud.DoorBatchDesktop, cloud.DoorBatchPool}
	return slices.Concat(
		names("kind.", kinds, ".title", ".description"),
		names("group.", orders.Groups),
		names("templates.", []string{"true", "false"}), // what a switch is fixed to
		names("door.", []auth.Door{auth.DoorWeb, auth.DoorAPI, auth.DoorConsole}),
		names("role.", auth.AllRoles()), names("role.may.", auth.AllRoles()),
		names("teams.member.", policy.Roles), names("team.effect.", policy.Effects), names("approval.effect.", policy.Effects),
		names("team.label.", teamInputs),
		names("team.help.", slices.DeleteFunc(slices.Clone(teamInputs), func(path string) bool { return slices.Contains(withoutHelp, path) })),
		names("approvals.is.", orders.RequestStates), names("error.decided.", orders.RequestStates[1:]),
		names("count.", badges), names("mail.badge.", orders.Badges), names("event.", append([]notify.EventType{notify.TestEvent}, notify.EventTypes...)),
		names("summary.", []string{"ADD_VOLUME", "EXTEND_VOLUME", "RESIZE", "CHANGE_IMAGE", "ADD_SUB_RESOURCES", "DELETE_SUB_RESOURCES"}, ".desktops", ".pool"),
		names("plot.took.", []string{"10m", "1h", "8h", "1d", "7d", "more"}),
		names("plot.outcome.", []string{"completed", "failed", "canceled", "dropped", "refused", "open"}),
		names("plot.spent_by_", []string{"team", "kind"}),
		names("price.part_", []string{"sharer", "eip", "lites", "bandwidth", "desktop", "disk"}),
		names("overview.", []string{"pay", "failed", "paying", "as_quoted", "in_doubt", "billed_otherwise", "settle", "no_amount", "not_quoted", "look", "figures"}),
		names("openapi.door.", doors),
		names("problem.type.", []string{"object", "array", "string", "integer", "boolean"}),
		names("form.default_", []string{"true", "false"}),
		names("order.pay_", actionStates), names("order.cancel_", actionStates),
		names("order.gap_", []orders.BillGap{orders.GapNotYet, orders.GapNothing, orders.GapTogether, orders.GapUnclear}),
		names("quota.", []string{"general_instances", "gpu_instances", "cores", "memory", "volumes", "volume_gigabytes", "deh", "users", "policy_groups"}),
	)
}

// actionStates are the states of a payment or cancellation that are told beside its order.
var actionStates = []orders.ActionState{orders.ActionRequested, orders.ActionSending, orders.ActionUnknown, orders.ActionRefused}

// inputKeys are the keys that the forms ask for, which need not all be there (Printer.Field), and those of the sections,
// which must.
func inputKeys() (may map[string]bool, must []string) {
	may = map[string]bool{}
	indices := regexp.MustCompile(`\[[0-9]+\]`)
	var visit func([]field.Input)
	visit = func(inputs []field.Input) {
		for _, in := range inputs {
			path := strings.Split(indices.ReplaceAllString(in.Path, ""), ".")
			for n := range min(2, len(path)) {
				name := strings.Join(path[len(path)-n-1:], ".")
				may["label."+name], may["help."+name] = true, true
				for _, choice := range in.Choices {
					may["choice."+name+"."+choice] = true
				}
			}
			if in.Section != "" {
				must = append(must, "section."+in.Section)
			}
			visit(in.Children)
			visit(in.Item)
			visit(in.Rows)
		}
	}
	for _, kind := range orders.Kinds {
		visit(field.Describe(kind.New()))
	}
	return may, must
}

// TestEveryMessageIsThereAndUsed holds the catalogues against the sources: what is said is there in every language, what
// is there is said, and a message asks for the same things in all of them.
func TestEveryMessageIsThereAndUsed(t *testing.T) {
	t.Parallel()
	english := catalogue(t, "en")
	all, said := literals(t)
	may, must := inputKeys()
	must = append(must, families()...)
	for key := range said {
		assert.True(t, english[key] != nil, "%s: said, and in no catalogue", key)
	}
	for _, key := range must {
		assert.True(t, english[key] != nil, "%s: put together, and in no catalogue", key)
	}
	// keys that are kept in a value or a list before they are said
	for text := range all {
		family, _, dotted := strings.Cut(text, ".")
		if dotted && slices.Contains([]string{"problem", "error", "evidence", "badge", "action"}, family) && !strings.HasSuffix(text, ".") {
			assert.True(t, english[text] != nil, "%s: looks like a key, and is in no catalogue", text)
		}
	}
	for key := range english {
		assert.True(t, all[key] || may[key] || slices.Contains(must, key), "%s: nothing says it", key)
	}
	placeholder := regexp.MustCompile(`\{\{[^}]*?\.(\w+)[^}]*\}\}`)
	asks := func(text string) []string {
		found := map[string]bool{}
		for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
			if m[1] != "n" { // "one" and "two" may stand for it
				found[m[1]] = true
			}
		}
		return slices.Sorted(maps.Keys(found))
	}
	for _, language := range i18n.Languages {
		messages := catalogue(t, language)
		assert.Empty(t, missing(english, messages), "in English, and not in %s", language)
		assert.Empty(t, missing(messages, english), "in %s, and not in English", language)
		for key, forms := range messages {
			assert.NotEmpty(t, forms["other"], "%s %s", language, key)
			// one form may tell what another has no need to
			want := asks(english[key]["one"] + english[key]["other"])
			assert.Equal(t, want, asks(forms["one"]+forms["other"]), "%s %s asks for other things than English", language, key)
			assert.Equal(t, language == "en" && len(english[key]) > 1, len(forms) > 1, "%s %s: only English has a singular", language, key)
		}
	}
}

// paired are functions whose arguments from an index on are names and values in turn, behind a message's key.
var paired = map[string]int{"T": 2, "Say": 1, "Add": 2, "page": 4}

// given are the keys that are said in a call, with the names of what they are given there; ok is false where the call does
// not tell.
func given(call *ast.CallExpr) (key string, names []string, ok bool) {
	name := ""
	switch fun := call.Fun.(type) {
	case *ast.Ident:
		name = fun.Name
	case *ast.SelectorExpr:
		name = fun.Sel.Name
	}
	at, is := called[name]
	from := paired[name]
	if name == "Add" { // a problem: its path, its key, and pairs
		at, is = 1, true
	}
	if !is || len(call.Args) <= at || call.Ellipsis.IsValid() {
		return "", nil, false
	}
	if key, ok = literal(call.Args[at]); !ok {
		return "", nil, false
	}
	if len(call.Args) > from {
		switch arg := call.Args[from].(type) {
		case *ast.CompositeLit: // a map, as a printer takes it
			for _, element := range arg.Elts {
				pair, isPair := element.(*ast.KeyValueExpr)
				if !isPair {
					return "", nil, false
				}
				name, _ := literal(pair.Key)
				names = append(names, name)
			}
			return key, names, true
		case *ast.Ident:
			if arg.Name != "nil" {
				return "", nil, false
			}
			return key, nil, true
		}
	}
	for i := from; i < len(call.Args); i += 2 {
		name, isText := literal(call.Args[i])
		if !isText {
			return "", nil, false
		}
		names = append(names, name)
	}
	return key, names, true
}

// TestEveryMessageIsGivenWhatItAsksFor holds what messages ask for against what they are given wherever they are said.
func TestEveryMessageIsGivenWhatItAsksFor(t *testing.T) {
	t.Parallel()
	english := catalogue(t, "en")
	placeholder := regexp.MustCompile(`\{\{[^}]*?\.(\w+)[^}]*\}\}`)
	checked := 0
	for _, dir := range []string{"internal", "web", "cmd"} {
		require.NoError(t, filepath.WalkDir(filepath.Join(root, dir), func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") {
				return err
			}
			files := token.NewFileSet()
			file, err := parser.ParseFile(files, path, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(node ast.Node) bool {
				call, is := node.(*ast.CallExpr)
				if !is {
					return true
				}
				key, names, ok := given(call)
				if forms := english[key]; ok && forms != nil {
					checked++
					for _, m := range placeholder.FindAllStringSubmatch(forms["one"]+forms["other"], -1) {
						assert.Contains(t, names, m[1], "%s asks for it at %s", key, files.Position(call.Pos()))
					}
				}
				return true
			})
			return nil
		}))
	}
	assert.Greater(t, checked, 1000, "it does look")
}

func missing(from, in map[string]map[string]string) []string {
	var keys []string
	for key := range from {
		if _, ok := in[key]; !ok {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}
