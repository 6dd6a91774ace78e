package identity

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"workspace-order-console/internal/auth"
)

const (
	// maxValue bounds a subject, an address, a name and one group's name, in bytes.
	maxValue = 256
	// maxGroups bounds the groups of a person.
	maxGroups = 1000
	// maxGroupsHeader bounds the groups header, in bytes.
	maxGroupsHeader = 64 << 10
)

// unclean says what no identity may contain; it is empty when there is nothing of it. Only what can be seen is taken: no
// control and format characters (line breaks of any kind, zero width, text direction), and no space but the common one.
func unclean(s string, longest int) string {
	switch {
	case len(s) > longest:
		return fmt.Sprintf("is longer than %d bytes", longest)
	case !utf8.ValidString(s):
		return "is not UTF-8"
	case strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }):
		return "has a character that cannot be seen"
	case strings.TrimSpace(s) != s:
		return "has space around it"
	}
	return ""
}

// checkName holds a subject or an address against what both must be; what says which it is, and from where.
func checkName(s, what string) error {
	if problem := unclean(s, maxValue); problem != "" {
		return malformed(what + " " + problem)
	}
	switch {
	case strings.Contains(s, " "):
		return malformed(what + " has a space in it")
	case strings.Count(s, "@") > 1:
		return malformed(what + " has more than one @")
	case auth.Reserved(s):
		return malformed(what + " is a name that the console uses itself")
	}
	return nil
}

// checkEmail returns an address, or nothing for what is none: some proxies fill in a user name where there is no address.
func checkEmail(s, what string) (string, error) {
	if s == "" {
		return "", nil
	}
	if err := checkName(s, what); err != nil {
		return "", err
	}
	local, domain, ok := strings.Cut(s, "@")
	if !ok {
		return "", nil
	}
	if local == "" || domain == "" {
		return "", malformed(what + " has nothing before or after its @")
	}
	return s, nil
}

// groupList collects the names of groups.
type groupList struct {
	names []string
	seen  map[string]bool
}

// add takes a name over; empty ones are left out.
func (l *groupList) add(name, what string) error {
	if name == "" || l.seen[name] {
		return nil
	}
	if problem := unclean(name, maxValue); problem != "" {
		return malformed("a group in " + what + " " + problem)
	}
	if len(l.names) == maxGroups {
		return malformed(fmt.Sprintf("%s has more than %d groups", what, maxGroups))
	}
	if l.seen == nil {
		l.seen = map[string]bool{}
	}
	l.seen[name] = true
	l.names = append(l.names, name)
	return nil
}
