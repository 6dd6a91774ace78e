package cloudhttp

import (
	"encoding/json"
	"errors"
	"net/http"

	"workspace-order-console/internal/cloud/sign"
)

// The gateway in front of the services: it verifies signatures and tokens and knows which APIs there are. Its codes and words are
// those that the real one is known for.
const (
	codeNoAPI        = "APIGW.0101"
	codeGateway      = "APIGW.0201"
	codeCredentials  = "APIGW.0301"
	codeUnauthorized = "APIGW.0302"
	codeThrottled    = "APIGW.0308"
)

// gatewayError is an error in the words of the gateway, which tells the request's ID in the body too.
func gatewayError(w http.ResponseWriter, status int, code, msg string) answer {
	body, _ := json.Marshal(map[string]string{"error_msg": msg, "error_code": code, "request_id": w.Header().Get("X-Request-Id")})
	return answer{status, body}
}

func (s *Server) noSuchAPI(w http.ResponseWriter, _ *http.Request) {
	s.write(w, gatewayError(w, http.StatusNotFound, codeNoAPI, "The API does not exist or has not been published in the environment"))
}

// letIn verifies who is asking, and that it is about the project that is here.
func (s *Server) letIn(w http.ResponseWriter, r *http.Request, body []byte) (no answer, refused bool) {
	unknown := func(reason string) (answer, bool) {
		return gatewayError(w, http.StatusUnauthorized, codeCredentials, "Incorrect IAM authentication information: "+reason), true
	}
	now := s.config.Now()
	var err error
	if token := r.Header.Get("X-Auth-Token"); token != "" && !sign.Signed(r) {
		err = s.knows(token, now)
	} else {
		_, err = sign.Verify(r, body, func(ak string) (string, bool) { return s.config.SK.Reveal(), ak != "" && ak == s.config.AK }, now)
	}
	switch {
	case errors.Is(err, errNoToken), errors.Is(err, errTokenExpired):
		return unknown(err.Error())
	case errors.Is(err, sign.ErrMissing):
		return unknown("no SDK-HMAC-SHA256 signature and no x-auth-token found")
	case errors.Is(err, sign.ErrUnknownKey):
		return unknown("ak not exist")
	case errors.Is(err, sign.ErrStale):
		return unknown("signature expired, " + err.Error())
	case errors.Is(err, sign.ErrMalformed):
		return unknown(err.Error())
	case err != nil:
		return unknown("verify aksk signature fail")
	}
	for _, claim := range []struct{ what, said, is string }{
		{"project", r.PathValue("project_id"), s.config.ProjectID},
		{"project", r.Header.Get("X-Project-Id"), s.config.ProjectID},
		{"domain", r.Header.Get("X-Domain-Id"), s.config.DomainID},
	} {
		if claim.said != "" && claim.is != "" && claim.said != claim.is {
			return gatewayError(w, http.StatusForbidden, codeUnauthorized,
				"The IAM user is not authorized to access the API: the "+claim.what+" "+claim.said+" is not one of this account"), true
		}
	}
	return no, false
}
