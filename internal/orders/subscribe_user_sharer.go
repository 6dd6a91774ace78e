package orders

import (
	"fmt"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders/field"
)

// SubscribeUserSharer buys collaboration resources for users (docs/wire.md section 2.12).
type SubscribeUserSharer struct {
	memberDefaults

	UserSharerSKU string       `json:"user_sharer_sku"`
	Users         []SharerUser `json:"users"`
}

// SharerUser is a user who gets collaboration resources.
type SharerUser struct {
	UserID   string `json:"user_id"`
	UserName string `json:"user_name"`
}

// Fields implements field.Fielder.
func (p *SubscribeUserSharer) Fields(s *field.Set) {
	s.Text(&p.UserSharerSKU, "user_sharer_sku", field.Required(), idRule(), field.Pick(field.PickUserSharer), field.In("what"))
	field.List(s, &p.Users, "users", field.Required(), field.Items(1, mostRows), field.In("who"))
}

// Fields implements field.Fielder.
func (u *SharerUser) Fields(s *field.Set) {
	s.Text(&u.UserID, "user_id", field.Required(), idRule(), field.Pick(field.PickUserID))
	s.Text(&u.UserName, "user_name", field.Required(), userNameRule(), field.Pick(field.PickUser))
}

func (p *SubscribeUserSharer) wire() string { return "subscribe_user_sharer" }

// check refuses the same user twice: the second would be paid for and used by nobody.
func (p *SubscribeUserSharer) check() field.Problems {
	var problems field.Problems
	seen := map[string]bool{}
	for i, user := range p.Users {
		if user.UserID != "" && seen[user.UserID] {
			problems.Add(fmt.Sprintf("users[%d].user_id", i), "problem.repeated")
		}
		seen[user.UserID] = true
	}
	return problems
}

func (p *SubscribeUserSharer) checkFacts(facts *Facts) field.Problems {
	return facts.sharerFits("user_sharer_sku", p.UserSharerSKU, "user_sharer")
}

func (p *SubscribeUserSharer) changes(facts *Facts) []Change {
	changes := make([]Change, len(p.Users))
	for i, user := range p.Users {
		changes[i] = Change{Subject: user.UserName, What: field.Say("change.collaboration"), After: facts.sharerName(p.UserSharerSKU)}
	}
	return changes
}

func (p *SubscribeUserSharer) products(facts *Facts) ([]cloud.ProductInfo, bool) {
	product, known := facts.Sharers[p.UserSharerSKU]
	if !known {
		return nil, false
	}
	return []cloud.ProductInfo{{ID: "sharer", CloudServiceType: product.CloudServiceType, ResourceType: product.ResourceType,
		ResourceSpec: p.UserSharerSKU, SubscriptionNum: len(p.Users)}}, true
}

func (p *SubscribeUserSharer) create() (product string, quantity int) {
	return p.UserSharerSKU, len(p.Users)
}

func (p *SubscribeUserSharer) summary(facts *Facts) field.Message {
	return field.Say("summary.subscribeUserSharer", "n", len(p.Users), "product", facts.sharerName(p.UserSharerSKU))
}
