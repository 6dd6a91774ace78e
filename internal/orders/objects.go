package orders

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"workspace-order-console/internal/orders/field"
	"workspace-order-console/internal/orders/policy"
)

// Rules that several kinds share. Where the sources disagree they take the value of docs/wire.md section 6.

// idRule is the rule of every resource ID: the characters that cloud IDs are made of. A slash would leave the path of
// the change door (docs/wire.md section 3).
func idRule() field.Option { return field.Match(policy.ID, "problem.id") }

// mostRows bounds the lists for which the vendor states no bound: as many as the longest list has that it does bound.
const mostRows = 100

// mostTargets and mostUsers bound what people order at once in the browser; several calls are made of it (Calls).
const (
	mostTargets = 2000
	mostUsers   = 1000
)

// enterpriseProject declares enterprise_project_id (docs/wire.md section 2.1).
func enterpriseProject(s *field.Set, dst *string, opts ...field.Option) {
	s.Text(dst, "enterprise_project_id", append(opts, field.Match(policy.EnterpriseProject, "problem.enterprise_project"),
		field.Folded(), field.In("more"))...)
}

// desktopIDs declares the desktops an order is for; at most 100 as in the batches (docs/wire.md section 6).
func desktopIDs(s *field.Set, dst *[]string, opts ...field.Option) {
	s.Texts(dst, "desktop_ids", append(opts, idRule(), field.Items(1, 100), field.Distinct(), field.Pick(field.PickDesktop),
		field.In("targets"))...)
}

// notice declares how long users are given to save their work, in minutes, and what they are told. The vendor bounds
// neither; a day and 1000 characters do.
func notice(s *field.Set, delay **int, message *string) {
	s.Int(delay, "delay_time", field.Range(0, 1440))
	s.Text(message, "message", field.Length(1, 1000), field.Multiline())
}

// encryption declares how a new system disk is encrypted (docs/wire.md section 4.3).
func encryption(s *field.Set, encryptType, kmsID *string, opts ...field.Option) {
	s.Text(encryptType, "encrypt_type", append(opts, field.OneOf("KEEP", "UNENCRYPTED", "ENCRYPTED"))...)
	s.Text(kmsID, "kms_id", append(opts, idRule())...)
}

// checkEncryption wants the key with ENCRYPTED and with nothing else: a key that is not used is a misunderstanding.
func checkEncryption(encryptType, kmsID string) field.Problems {
	var problems field.Problems
	switch {
	case encryptType == "ENCRYPTED" && kmsID == "":
		problems.Add("kms_id", "problem.needed_with", "other", "encrypt_type ENCRYPTED")
	case encryptType != "ENCRYPTED" && kmsID != "":
		problems.Add("kms_id", "problem.only_with", "other", "encrypt_type ENCRYPTED")
	}
	return problems
}

func handleTypes() field.Option {
	return field.OneOf("ONLY_FOR_EXPAND", "FOR_EXPAND_AND_IDLE", "FOR_EXPAND_AND_ALL")
}

func chargeModes() field.Option { return field.OneOf("TRAFFIC", "BANDWIDTH") }

func userGroups() field.Option { return field.OneOf("sudo", "default", "administrators", "users") }

func contains(list []string, value string) bool { return slices.Contains(list, value) }

// Tag is the wire's Tag (docs/wire.md sections 2.8 and 6).
type Tag struct {
	Key   string `json:"key"`
	Value string `json:"value,omitzero"`
}

// checkTags refuses what a pattern cannot: keys of the cloud's own, and a key twice.
func checkTags(tags []Tag) field.Problems {
	var problems field.Problems
	seen := map[string]bool{}
	for i, tag := range tags {
		at := fmt.Sprintf("tags[%d].key", i)
		switch {
		case strings.HasPrefix(tag.Key, "_sys_"):
			problems.Add(at, "problem.tag_key")
		case tag.Key != "" && seen[tag.Key]:
			problems.Add(at, "problem.repeated")
		}
		seen[tag.Key] = true
	}
	return problems
}

var (
	tagKeyPattern   = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)
	tagValuePattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,43}$`)
)

// Fields implements field.Fielder.
func (t *Tag) Fields(s *field.Set) {
	s.Text(&t.Key, "key", field.Required(), field.Match(tagKeyPattern, "problem.tag_key"))
	s.Text(&t.Value, "value", field.Match(tagValuePattern, "problem.tag_value"))
}
