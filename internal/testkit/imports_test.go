package testkit

import (
	"bufio"
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "workspace-order-console/"

// leaves know no other package of the module, and every package may know them.
var leaves = []string{
	"internal/cloud", "internal/cloud/sign", "internal/orders/field",
	"internal/auth", "internal/audit", "internal/i18n",
}

// narrow lists packages that may import of the module what layers says and nothing else, leaves included.
var narrow = []string{"internal/auth/identity"}

// layers says which packages of the module a package may import beside the leaves and those that share its
// own entry. An entry covers the packages below it that have none of their own. A new package needs an entry:
// its author decides here where it stands.
var layers = map[string][]string{
	"internal/cloud":        nil,
	"internal/cloud/sign":   nil,
	"internal/orders/field": nil,
	"internal/auth":         nil,
	"internal/audit":        nil,
	"internal/i18n":         nil,
	"internal/testkit":      nil,
	// starts a server for tests
	"internal/testkit/postgres": nil,
	"migrations":                nil,
	"web/static":                nil,

	"internal/auth/identity": {"internal/auth"},
	"internal/orders/policy": {},

	"internal/orders":            {"internal/orders/policy"},
	"internal/worker":            {"internal/orders", "internal/orders/policy"},
	"internal/notify":            {"internal/orders", "internal/orders/policy"},
	"internal/notify/smtp":       {"internal/notify"},
	"internal/store":             {"internal/orders", "internal/orders/policy", "internal/notify", "migrations"},
	"internal/seed":              {"internal/orders", "internal/orders/policy"},
	"internal/cloud/embedded":    {"internal/orders", "internal/orders/policy", "migrations"},
	"internal/cloud/cloudhttp":   {"internal/cloud/embedded"},
	"internal/cloud/huaweicloud": {},
	"web/templates":              {"internal/orders", "internal/orders/policy", "internal/notify", "web/static"},
	"web/handlers":               {"internal/orders", "internal/orders/policy", "internal/auth/identity", "internal/notify", "web/templates", "web/static"},
	"internal/api":               {"internal/orders", "internal/orders/policy"},

	"cmd": {anything},
	"e2e": {anything},
	// looks at both books by itself: what the store and the embedded cloud say is what it checks
	"e2e/chaos": {anything},
}

const anything = "*"

// restricted lists what comes from outside the module and only some packages may import. A rule holds for the
// import path and all below it; the first that fits decides.
var restricted = []struct {
	path string
	only []string
}{
	{"database/sql", []string{"internal/store", "internal/cloud/embedded", "e2e/chaos"}},
	{"modernc.org/sqlite", []string{"internal/store", "internal/cloud/embedded", "e2e/chaos"}},
	{"github.com/pressly/goose", []string{"internal/store", "internal/cloud/embedded"}},
	{"github.com/jackc/pgx", []string{"internal/store", "internal/testkit/postgres"}},
	{"github.com/huaweicloud", []string{"internal/cloud/huaweicloud"}},
	{"github.com/wneessen/go-mail", []string{"internal/notify/smtp"}},
	{"github.com/coreos/go-oidc", []string{"internal/auth/identity"}},
	{"github.com/go-jose", []string{"internal/auth/identity"}},
	{"golang.org/x/oauth2", nil},
	{"github.com/labstack", []string{"web/handlers", "internal/api", "cmd"}},
	{"github.com/stretchr/testify", []string{"internal/testkit", "e2e"}},
	{"go.yaml.in/yaml", []string{"internal/orders/policy"}},
	{"github.com/chromedp", []string{"internal/testkit", "e2e"}},
}

// banned lists what a package must not import although others may.
var banned = map[string][]string{
	"internal/orders":        {"net/http"},
	"internal/orders/field":  {"net/http"},
	"internal/orders/policy": {"net/http", "os"},
	"internal/audit":         {"net/http", "os"},
}

// standardOnly lists the packages that know the standard library alone, and what they may know beside it.
var standardOnly = map[string][]string{
	"internal/cloud":      {"github.com/shopspring/decimal"},
	"internal/cloud/sign": {},
	"internal/auth/identity": {"github.com/coreos/go-oidc/v3/oidc", "github.com/go-jose/go-jose/v4",
		"github.com/go-jose/go-jose/v4/json"},
}

// environment lists the functions that read the process's environment, by import path.
var environment = map[string][]string{
	"os":      {"Environ", "ExpandEnv", "Getenv", "LookupEnv"},
	"syscall": {"Environ", "Getenv"},
}

func TestImportsRunDownwards(t *testing.T) {
	violations, err := brokenRules(os.DirFS(Root(t)))
	require.NoError(t, err)
	assert.Empty(t, violations, "docs/adr and the design of the repository say where things live")
}

func TestEveryBrokenImportRuleIsFound(t *testing.T) {
	for name, c := range map[string]struct{ file, source, want string }{
		"a leaf knows another": {
			"internal/audit/a.go", `import _ "workspace-order-console/internal/auth"`,
			"internal/audit must not import internal/auth"},
		"orders know the store": {
			"internal/orders/a.go", `import _ "workspace-order-console/internal/store"`,
			"internal/orders must not import internal/store"},
		"field knows orders": {
			"internal/orders/field/a.go", `import _ "workspace-order-console/internal/orders"`,
			"internal/orders/field must not import internal/orders"},
		"the teams' rules know orders": {
			"internal/orders/policy/a.go", `import _ "workspace-order-console/internal/orders"`,
			"internal/orders/policy must not import internal/orders"},
		"YAML outside the teams' rules": {
			"web/handlers/a.go", `import _ "go.yaml.in/yaml/v4"`,
			"web/handlers must not import go.yaml.in/yaml/v4"},
		"a package below an entry is held by it": {
			"internal/orders/kinds/a.go", `import _ "workspace-order-console/internal/worker"`,
			"internal/orders/kinds must not import internal/worker"},
		"handlers know the worker": {
			"web/handlers/a.go", `import _ "workspace-order-console/internal/worker"`,
			"web/handlers must not import internal/worker"},
		"the door for scripts knows the templates": {
			"internal/api/a.go", `import _ "workspace-order-console/web/templates"`,
			"internal/api must not import web/templates"},
		"templates know an adapter": {
			"web/templates/a.go", `import _ "workspace-order-console/internal/cloud/embedded"`,
			"web/templates must not import internal/cloud/embedded"},
		"the real cloud knows orders": {
			"internal/cloud/huaweicloud/a.go", `import _ "workspace-order-console/internal/orders"`,
			"internal/cloud/huaweicloud must not import internal/orders"},
		"who somebody is knows the audit log": {
			"internal/auth/identity/a.go", `import _ "workspace-order-console/internal/audit"`,
			"internal/auth/identity must not import internal/audit"},
		"who somebody is knows Echo": {
			"internal/auth/identity/a.go", `import _ "github.com/labstack/echo/v4"`,
			"internal/auth/identity must not import github.com/labstack/echo/v4"},
		"roles know who somebody is": {
			"internal/auth/a.go", `import _ "workspace-order-console/internal/auth/identity"`,
			"internal/auth must not import internal/auth/identity"},
		"the door for scripts knows who somebody is": {
			"internal/api/a.go", `import _ "workspace-order-console/internal/auth/identity"`,
			"internal/api must not import internal/auth/identity"},
		"tokens verified elsewhere": {
			"web/handlers/a.go", `import _ "github.com/go-jose/go-jose/v4/jwt"`,
			"web/handlers must not import github.com/go-jose/go-jose/v4/jwt"},
		"a program knows the test kit": {
			"internal/orders/a.go", `import _ "workspace-order-console/internal/testkit"`,
			"internal/orders must not import internal/testkit"},
		"a package has no place": {
			"internal/misc/a.go", ``,
			"internal/misc has no entry in layers"},
		"SQL outside the store": {
			"internal/worker/a.go", `import _ "database/sql"`,
			"internal/worker must not import database/sql"},
		"a part of SQL outside the store": {
			"cmd/console/a.go", `import _ "database/sql/driver"`,
			"cmd/console must not import database/sql/driver"},
		"the SDK outside its adapter": {
			"cmd/console/a.go", `import _ "github.com/huaweicloud/huaweicloud-sdk-go-v3/core"`,
			"cmd/console must not import github.com/huaweicloud/huaweicloud-sdk-go-v3/core"},
		"Echo in templates": {
			"web/templates/a.go", `import _ "github.com/labstack/echo/v4"`,
			"web/templates must not import github.com/labstack/echo/v4"},
		"the cloud's vocabulary uses a library": {
			"internal/cloud/a.go", `import _ "github.com/google/uuid"`,
			"internal/cloud must not import github.com/google/uuid"},
		"HTTP in the heart": {
			"internal/orders/a.go", `import _ "net/http"`,
			"internal/orders must not import net/http"},
		"a test library in the program": {
			"internal/auth/a.go", `import _ "github.com/stretchr/testify/require"`,
			"internal/auth must not import github.com/stretchr/testify/require"},
		"the environment read": {
			"internal/store/a.go", "import \"os\"\nvar home = os.Getenv(\"HOME\")",
			"internal/store must not read the environment: os.Getenv"},
		"the environment read under another name": {
			"web/handlers/a.go", "import system \"os\"\nvar read = system.LookupEnv",
			"web/handlers must not read the environment: os.LookupEnv"},
		"the environment read by a dot import": {
			"web/handlers/a.go", "import . \"os\"\nvar all = Environ()",
			"web/handlers must not import os by a dot"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := brokenRules(fstest.MapFS{c.file: {Data: []byte("package a\n" + c.source)}})
			require.NoError(t, err)
			assert.Equal(t, []string{c.file + ": " + c.want}, got)
		})
	}
}

func TestImportRulesAllow(t *testing.T) {
	files := fstest.MapFS{}
	for file, source := range map[string]string{
		"cmd/console/a.go":             "import (\n\"os\"\n_ \"workspace-order-console/internal/store\"\n)\nvar home = os.Getenv(\"HOME\")",
		"internal/cloud/a.go":          `import _ "github.com/shopspring/decimal"`,
		"internal/cloud/embedded/a.go": "import _ \"database/sql\"\nimport _ \"workspace-order-console/internal/orders\"",
		"internal/orders/a.go":         "import _ \"workspace-order-console/internal/cloud\"\nimport _ \"workspace-order-console/internal/orders/kinds\"",
		"internal/orders/a_test.go":    "import _ \"workspace-order-console/internal/testkit\"\nimport _ \"net/http/httptest\"",
		"internal/auth/identity/a.go":  "import _ \"workspace-order-console/internal/auth\"\nimport _ \"github.com/coreos/go-oidc/v3/oidc\"",
		"web/handlers/a.go":            "import _ \"github.com/labstack/echo/v4\"\nimport _ \"workspace-order-console/internal/auth/identity\"\nimport _ \"workspace-order-console/web/templates/components\"",
		"testdata/a.go":                `import _ "workspace-order-console/nowhere"`,
	} {
		files[file] = &fstest.MapFile{Data: []byte("package a\n" + source)}
	}
	got, err := brokenRules(files)
	require.NoError(t, err)
	assert.Empty(t, got)
}

// brokenRules reads every Go file of a module, tests aside, and says what each does against the rules. It reads
// files and not packages, so that a build tag hides nothing.
func brokenRules(root fs.FS) ([]string, error) {
	var found []string
	err := walk(root, nil, func(file string) error {
		if path.Ext(file) != ".go" || slices.Contains(strings.Split(file, "/"), "testdata") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		source, err := fs.ReadFile(root, file)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, source, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, v := range brokenBy(path.Dir(file), parsed) {
			found = append(found, file+": "+v)
		}
		return nil
	})
	return found, err
}

func brokenBy(pkg string, file *ast.File) []string {
	entry, ok := entryOf(pkg)
	if !ok {
		return []string{pkg + " has no entry in layers"}
	}
	var found []string
	local := map[string]string{} // what the file calls the packages that read the environment
	for _, spec := range file.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value)
		if !mayImport(entry, imported) {
			found = append(found, fmt.Sprintf("%s must not import %s", pkg, strings.TrimPrefix(imported, module)))
		}
		if _, reads := environment[imported]; !reads || within(pkg, "cmd/console") {
			continue
		}
		switch {
		case spec.Name == nil:
			local[imported] = imported
		case spec.Name.Name == ".":
			found = append(found, fmt.Sprintf("%s must not import %s by a dot", pkg, imported))
		default:
			local[spec.Name.Name] = imported
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		selector, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if name, ok := selector.X.(*ast.Ident); ok && slices.Contains(environment[local[name.Name]], selector.Sel.Name) {
			found = append(found, fmt.Sprintf("%s must not read the environment: %s.%s", pkg, local[name.Name], selector.Sel.Name))
		}
		return true
	})
	return found
}

func mayImport(entry, imported string) bool {
	if inside, ok := strings.CutPrefix(imported, module); ok {
		target, known := entryOf(inside)
		allowed := layers[entry]
		switch {
		case target == entry || slices.Contains(allowed, anything):
			return true
		case slices.Contains(leaves, entry):
			return false
		}
		return known && (slices.Contains(leaves, target) && !slices.Contains(narrow, entry) || slices.Contains(allowed, target))
	}
	if slices.ContainsFunc(banned[entry], func(p string) bool { return within(imported, p) }) {
		return false
	}
	if beside, ok := standardOnly[entry]; ok && strings.Contains(strings.Split(imported, "/")[0], ".") {
		return slices.Contains(beside, imported)
	}
	for _, rule := range restricted {
		if within(imported, rule.path) {
			return slices.Contains(rule.only, entry)
		}
	}
	return true
}

// entryOf is the entry of layers that a package stands under: its own, or the nearest above it.
func entryOf(pkg string) (string, bool) {
	for ; pkg != "." && pkg != "/"; pkg = path.Dir(pkg) {
		if _, ok := layers[pkg]; ok {
			return pkg, true
		}
	}
	return "", false
}

func within(p, parent string) bool { return p == parent || strings.HasPrefix(p, parent+"/") }

// walk calls visit for every file of a module, leaving out the folders named and, but for .ci, those of tools
// and editors, whose names start with a dot.
func walk(root fs.FS, skip []string, visit func(file string) error) error {
	return fs.WalkDir(root, ".", func(p string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		hidden := strings.HasPrefix(entry.Name(), ".") && p != "." && p != ".ci"
		if entry.IsDir() {
			if hidden || slices.Contains(skip, p) {
				return fs.SkipDir
			}
			return nil
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		return visit(p)
	})
}

// A note to oneself belongs into the tracker, where somebody finds it. Put together from halves, or this file
// would be the first to break its rule.
var leftOver = regexp.MustCompile(`\b(` + strings.Join([]string{"TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"}, "|") + `)\b`)

func TestNoNoteIsLeftBehind(t *testing.T) {
	root := Root(t)
	// Documents may talk about such words; the rest is vendored, built, or a console's data.
	skip := []string{"docs", "web/static/vendor", "data", "bin", "pictures"}
	err := walk(os.DirFS(root), skip, func(file string) error {
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(file)))
		if err != nil || bytes.IndexByte(text, 0) >= 0 {
			return err
		}
		lines := bufio.NewScanner(bytes.NewReader(text))
		lines.Buffer(nil, len(text)+1)
		for n := 1; lines.Scan(); n++ {
			assert.False(t, leftOver.Match(lines.Bytes()), "%s:%d: %s", file, n, lines.Text())
		}
		return lines.Err()
	})
	require.NoError(t, err)
}
