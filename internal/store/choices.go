package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/field"
)

// Package types of products that are no desktops.
const (
	packageHost = "host"
	packageLite = "lite"
)

// Choices implements orders.Inventory. A picker that is not known has no choices.
func (s *Store) Choices(ctx context.Context, scope auth.Scope, picker, text string, limit int) ([]orders.Choice, error) {
	limit = limitOf(limit)
	choices, err := s.choices(ctx, scope, field.Picker(picker), text, limit)
	if err != nil {
		return nil, fmt.Errorf("choices of %s: %w", picker, err)
	}
	return choices, nil
}

func (s *Store) choices(ctx context.Context, scope auth.Scope, picker field.Picker, text string, limit int) ([]orders.Choice, error) {
	switch picker {
	case field.PickDesktop:
		return s.desktopChoices(ctx, scope, text, limit)
	case field.PickVolume:
		return s.volumeChoices(ctx, scope, text, limit, `SELECT volume_id, label FROM volumes WHERE volume_id <> ''`)
	}
	c, err := s.catalogue(ctx, s.reader)
	if err != nil {
		return nil, err
	}
	users, err := s.usersFor(ctx, scope, picker, c.users)
	if err != nil {
		return nil, err
	}
	found := matching(c.choices(scope, picker, users), text, limit)
	if picker == field.PickPoolDisk && len(found) < limit {
		more, err := s.volumeChoices(ctx, scope, text, limit, `SELECT pool_disk_id, min(label) FROM volumes WHERE pool_disk_id <> ''`)
		if err != nil {
			return nil, err
		}
		for _, choice := range more {
			if len(found) < limit && !slices.ContainsFunc(found, func(f orders.Choice) bool { return f.Value == choice.Value }) {
				found = append(found, choice)
			}
		}
	}
	return found, nil
}

// usersFor are the users that a scope may pick: those who have a desktop that it sees, or none at all. Whom another team has
// is its own affair.
func (s *Store) usersFor(ctx context.Context, scope auth.Scope, picker field.Picker, users []cloud.User) ([]cloud.User, error) {
	if scope.All() || !slices.Contains([]field.Picker{field.PickUser, field.PickUserID, field.PickObject}, picker) {
		return users, nil
	}
	var a arguments
	others, err := list(ctx, s.reader, column[string], `SELECT DISTINCT d.user_key FROM desktops d WHERE d.user_key <> '' AND NOT EXISTS (
		SELECT 1 FROM desktops o WHERE o.user_key = d.user_key AND `+seen(&a, scope, "o.team")+`)`, a...)
	if err != nil {
		return nil, err
	}
	hidden := make(map[string]bool, len(others))
	for _, name := range others {
		hidden[name] = true
	}
	return slices.DeleteFunc(slices.Clone(users), func(u cloud.User) bool { return hidden[strings.ToLower(u.UserName)] }), nil
}

// matching are the choices whose value or label contains a text, whatever the case.
func matching(all []orders.Choice, text string, limit int) []orders.Choice {
	low := strings.ToLower(text)
	var found []orders.Choice
	for _, choice := range all {
		if len(found) == limit {
			break
		}
		if low == "" || strings.Contains(strings.ToLower(choice.Value), low) || strings.Contains(strings.ToLower(choice.Label), low) {
			found = append(found, choice)
		}
	}
	return found
}

// desktopChoices lists desktops by name. The names and users are searched in lower case, in the database: there may be
// thousands.
func (s *Store) desktopChoices(ctx context.Context, scope auth.Scope, text string, limit int) ([]orders.Choice, error) {
	var a arguments
	query := `SELECT json FROM desktops WHERE ` + seen(&a, scope, "team")
	if text != "" {
		low := containing(text)
		query += fmt.Sprintf(` AND (name_key LIKE %s ESCAPE '\' OR user_key LIKE %s ESCAPE '\' OR lower(desktop_id) LIKE %s ESCAPE '\')`,
			a.add(low), a.add(low), a.add(low))
	}
	desktops, err := list(ctx, s.reader, fromJSON[cloud.Desktop], query+` ORDER BY name_key, desktop_id LIMIT `+a.add(limit), a...)
	if err != nil {
		return nil, err
	}
	choices := make([]orders.Choice, len(desktops))
	for i, d := range desktops {
		choices[i] = orders.Choice{Value: d.DesktopID, Label: joined(d.ComputerName, d.UserName)}
	}
	return choices, nil
}

// volumeChoices lists disks by the name of their desktop; the query selects a value and a label.
func (s *Store) volumeChoices(ctx context.Context, scope auth.Scope, text string, limit int, query string) ([]orders.Choice, error) {
	var a arguments
	if !scope.All() {
		query += ` AND desktop_id IN (SELECT desktop_id FROM desktops WHERE ` + seen(&a, scope, "team") + `)`
	}
	if text != "" {
		low := containing(text)
		query += fmt.Sprintf(` AND (name_key LIKE %s ESCAPE '\' OR lower(volume_id) LIKE %s ESCAPE '\' OR lower(pool_disk_id) LIKE %s ESCAPE '\' OR lower(desktop_id) LIKE %s ESCAPE '\')`,
			a.add(low), a.add(low), a.add(low), a.add(low))
	}
	if strings.Contains(query, "min(") {
		query += ` GROUP BY pool_disk_id ORDER BY min(name_key), pool_disk_id`
	} else {
		query += ` ORDER BY name_key, desktop_id, position`
	}
	return list(ctx, s.reader, func(row scanner) (c orders.Choice, err error) {
		err = row.Scan(&c.Value, &c.Label)
		return c, err
	}, query+` LIMIT `+a.add(limit), a...)
}

// containing is the pattern of texts that contain a text.
func containing(text string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(text)) + "%"
}

// choices are all that a picker of the catalogue offers, to those who may pick some users.
func (c *catalogue) choices(scope auth.Scope, picker field.Picker, users []cloud.User) []orders.Choice {
	switch picker {
	case field.PickPool:
		return each(c.poolsOf(scope), func(p cloud.Pool) (string, string) { return p.ID, p.Name })
	case field.PickPoolDisk:
		return c.poolDisks(scope)
	case field.PickProduct:
		return each(c.products, func(p cloud.Product) (string, string) { return unless(isHost(p), p.ProductID), productLabel(p) })
	case field.PickHostProduct:
		return each(c.products, func(p cloud.Product) (string, string) { return unless(!isHost(p), p.ProductID), productLabel(p) })
	case field.PickImage:
		return each(c.images, func(i cloud.Image) (string, string) { return i.ID, joined(i.Name, i.OSVersion, i.ImageType) })
	case field.PickVolumeType:
		return each(c.volumes, func(v cloud.VolumeType) (string, string) { return v.VolumeType, "" })
	case field.PickAZ:
		return each(c.zones, func(z cloud.AvailabilityZone) (string, string) { return z.AvailabilityZone, english(z.DisplayName) })
	case field.PickVPC:
		vpcs := []string{c.facts.Workspace.VPCID}
		for _, subnet := range c.subnets {
			vpcs = append(vpcs, subnet.VPCID)
		}
		return each(vpcs, func(id string) (string, string) { return id, "" })
	case field.PickSubnet:
		return each(c.subnets, func(n cloud.Subnet) (string, string) { return n.ID, joined(n.Name, n.CIDR) })
	case field.PickSecurityGroup:
		return each(c.securityGroups, func(g cloud.SecurityGroup) (string, string) { return g.ID, g.Name })
	case field.PickUser:
		return each(users, func(u cloud.User) (string, string) { return u.UserName, u.UserEmail })
	case field.PickUserID:
		return each(users, userByID)
	case field.PickObject:
		return append(each(users, userByID), each(c.userGroups, func(g cloud.UserGroup) (string, string) { return g.ID, g.Name })...)
	case field.PickNamePolicy:
		return each(c.namePolicies, func(p cloud.NamePolicy) (string, string) { return p.PolicyID, joined(p.PolicyName, p.NamePrefix) })
	case field.PickUserSharer, field.PickDesktopSharer:
		return each(c.sharers, func(p cloud.SharerProduct) (string, string) {
			return unless(p.PackageType != string(picker), p.ProductID), english(p.Name)
		})
	case field.PickEIP:
		return each(c.eips, func(e cloud.EIP) (string, string) { return unless(e.DesktopID != "", e.ID), joined(e.Address, e.Type) })
	case field.PickEIPType:
		return each(c.eips, func(e cloud.EIP) (string, string) { return e.Type, "" })
	}
	return nil
}

// each makes choices of a list; a value that is empty or was there before is left out.
func each[T any](values []T, choice func(T) (value, label string)) []orders.Choice {
	choices := make([]orders.Choice, 0, len(values))
	seen := make(map[string]bool, len(values))
	for _, v := range values {
		value, label := choice(v)
		if value == "" || seen[value] {
			continue
		}
		seen[value] = true
		choices = append(choices, orders.Choice{Value: value, Label: label})
	}
	return choices
}

// unless is a value, or nothing when it is to be left out.
func unless(out bool, value string) string {
	if out {
		return ""
	}
	return value
}

func userByID(u cloud.User) (string, string) { return u.ID, joined(u.UserName, u.UserEmail) }

func isHost(p cloud.Product) bool {
	return p.PackageType == packageHost || p.PackageType == packageLite
}

// productLabel says a package in words. One that cannot be had says so too.
func productLabel(p cloud.Product) string {
	label := p.Descriptions
	if label == "" {
		label = english(p.Name)
	}
	if p.Status == "sellout" || p.Status == "abandon" {
		return joined(label, p.Status)
	}
	return label
}

// english is a text of the catalogue in English, under either of the spellings that the cloud uses.
func english(names map[string]string) string {
	for _, language := range []string{"en-us", "en_US", "en"} {
		if name := names[language]; name != "" {
			return name
		}
	}
	return ""
}

// poolDisks are the disks of the pools: of a pool's own disk the ID is what desktops carry as desktop_pool_disk_id.
func (c *catalogue) poolDisks(scope auth.Scope) []orders.Choice {
	var disks []orders.Choice
	for _, p := range c.poolsOf(scope) {
		disks = append(disks, each(p.DataVolumes, func(v cloud.Volume) (string, string) {
			id := v.ID
			if v.DesktopPoolDiskID != "" {
				id = v.DesktopPoolDiskID
			}
			return id, volumeLabel(p.Name, v)
		})...)
	}
	return each(disks, func(d orders.Choice) (string, string) { return d.Value, d.Label })
}
