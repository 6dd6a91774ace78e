package orders

import (
	"regexp"
	"strings"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders/field"
)

// User names (docs/wire.md section 2.7). What is allowed depends on the type of the tenant's domain and on the image's
// system, and neither is in the body. The rule of the declaration is therefore the widest, that of LOCAL_AD, so that no
// name is refused that the tenant's own domain allows; the facts narrow it. While they do not know the domain, the
// value of section 6 holds, which every domain takes.
var (
	widestUserName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$`)
	safeUserName   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,19}$`)
)

// longestWindowsName is how long a user name may be on a Windows desktop.
const longestWindowsName = 20

func userNameRule() field.Option { return field.Match(widestUserName, "problem.user_name") }

// userName narrows the rule of a user name by what is known of the domain and the system.
func (f *Facts) userName(path, name, os string) field.Problems {
	var problems field.Problems
	switch domain := f.Workspace.DomainType; {
	case name == "":
	case domain == cloud.DomainLocal:
		if os == osWindows && len(name) > longestWindowsName {
			problems.Add(path, "problem.user_name_windows")
		}
	case !safeUserName.MatchString(name):
		if domain == "" {
			problems.Add(path, "problem.user_name_safe")
		} else {
			problems.Add(path, "problem.user_name_domain", "domain", domain)
		}
	}
	return problems
}

// Systems as the catalogue writes them.
const (
	osWindows = "Windows"
	osLinux   = "Linux"
)

// userGroupFits refuses a group of the other system.
func userGroupFits(path, group, os string) field.Problems {
	groups := map[string][]string{osLinux: {"sudo", "default"}, osWindows: {"administrators", "users"}}[os]
	var problems field.Problems
	if group != "" && groups != nil && !contains(groups, group) {
		problems.Add(path, "problem.user_group", "os", os, "choices", groups)
	}
	return problems
}

// systemName writes a system's name as the constants do, whatever the catalogue's case.
func systemName(os string) string {
	switch {
	case strings.EqualFold(os, osWindows):
		return osWindows
	case strings.EqualFold(os, osLinux):
		return osLinux
	}
	return ""
}
