package huaweicloud

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"workspace-order-console/internal/cloud"
)

// placeOperations are the four order calls, by door.
var placeOperations = func() map[cloud.Door]operation {
	made := map[cloud.Door]operation{}
	for _, door := range cloud.Doors {
		made[door] = operation{name: "place " + string(door), service: workspace, method: http.MethodPost, path: door.Template()}
	}
	return made
}()

// Place implements cloud.Placer. Its outcome is sure where it says so: OutcomeNotSent means that not one byte of the
// request went to the socket and none will.
func (c *Cloud) Place(ctx context.Context, call cloud.Call) cloud.Answer {
	op, known := placeOperations[call.Door]
	body := string(call.Body)
	req := &request{Body: &body}
	switch {
	case !known:
		return refusedHere("there is no order endpoint " + string(call.Door))
	case !json.Valid(call.Body):
		return refusedHere("the body is not JSON")
	case call.Door == cloud.DoorChange:
		if !idPattern.MatchString(call.DesktopID) {
			return refusedHere("the desktop ID cannot be part of a path")
		}
		req.DesktopID = &call.DesktopID
	}
	var told cloud.Answer
	_ = c.act(ctx, op, req, func(a *answer, err error) error {
		told = settleOrder(call.Door, a, err)
		if told.Error == nil {
			return nil
		}
		return told.Error
	})
	return told
}

// settleOrder says what an order call came to. An answer that came whole is read in the one way there is, whatever
// the SDK makes of it.
func settleOrder(door cloud.Door, a *answer, err error) cloud.Answer {
	if a.whole {
		return cloud.ReadAnswer(door, a.status, a.requestID, a.body)
	}
	told := cloud.Answer{Outcome: cloud.OutcomeOf(err), HTTPStatus: a.status, RequestID: a.requestID, Body: a.body}
	if !errors.As(err, &told.Error) {
		told.Outcome, told.Error = cloud.OutcomeUnknown, &cloud.Error{Outcome: cloud.OutcomeUnknown, HTTPStatus: a.status, Msg: "no answer was read"}
	}
	return told
}

// refusedHere answers a call that no try would make better. It is refused and not merely not sent, or it would be
// tried again for ever.
func refusedHere(msg string) cloud.Answer {
	return cloud.Answer{Outcome: cloud.OutcomeRefused, Error: &cloud.Error{Outcome: cloud.OutcomeRefused, Msg: msg}}
}
