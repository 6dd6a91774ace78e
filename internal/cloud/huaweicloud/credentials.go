package huaweicloud

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/global"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/impl"
	sdkrequest "github.com/huaweicloud/huaweicloud-sdk-go-v3/core/request"
)

// credentials makes the credentials of both services: scoped to the project for Workspace, to the account for billing.
func (c *Cloud) credentials(config Config) (map[service]auth.ICredential, error) {
	signed := config.AK != nil || config.SK != nil
	switch {
	case signed && config.TokenFile != "":
		return nil, errors.New("huaweicloud: an AK and SK, or a token file, but not both")
	case config.TokenFile != "":
		return c.tokenCredentials(config)
	case config.AK == nil || config.SK == nil || config.AK.Reveal() == "" || config.SK.Reveal() == "":
		return nil, errors.New("huaweicloud: an AK and SK, or a token file, is wanted")
	case !idPattern.MatchString(config.DomainID):
		return nil, errors.New("huaweicloud: the billing service wants the domain ID of the account")
	}
	ak, sk := config.AK.Reveal(), config.SK.Reveal()
	project := basic.NewCredentialsBuilder().WithAk(ak).WithSk(sk).WithProjectId(c.projectID)
	account := global.NewCredentialsBuilder().WithAk(ak).WithSk(sk).WithDomainId(config.DomainID)
	c.secrets.add(ak)
	c.secrets.add(sk)
	if config.SecurityToken != nil {
		token := config.SecurityToken.Reveal()
		project.WithSecurityToken(token)
		account.WithSecurityToken(token)
		c.secrets.add(token)
	}
	forProject, err := project.SafeBuild()
	if err != nil {
		return nil, errors.New("huaweicloud: the AK and SK are not accepted")
	}
	forAccount, err := account.SafeBuild()
	if err != nil {
		return nil, errors.New("huaweicloud: the AK and SK are not accepted")
	}
	return map[service]auth.ICredential{workspace: forProject, bss: forAccount}, nil
}

func (c *Cloud) tokenCredentials(config Config) (map[service]auth.ICredential, error) {
	made := map[service]auth.ICredential{}
	for s, path := range map[service]string{workspace: config.TokenFile, bss: or(config.BillingTokenFile, config.TokenFile)} {
		file := &tokenFile{path: path, now: c.now, learned: c.secrets.add}
		if err := file.load(); err != nil {
			return nil, fmt.Errorf("huaweicloud: token file: %w", err)
		}
		file.failed = func(err error) {
			c.log.Warn("the token file cannot be read again; the last token stays", "file", path, "error", err)
		}
		made[s] = tokenCredential{projectID: c.projectID, file: file}
	}
	return made, nil
}

// tokenCredential is a credential of the SDK that does not sign: it sends an IAM token. The SDK has none of its own,
// and a client that is merely given an Authorization header no longer fills the path (docs/wire.md section 11).
type tokenCredential struct {
	projectID string
	file      *tokenFile
}

// ProcessAuthParams implements auth.ICredential; the project is known, so nothing has to be looked up.
func (t tokenCredential) ProcessAuthParams(*impl.DefaultHttpClient, string) (auth.ICredential, error) {
	return t, nil
}

// ProcessAuthRequest implements auth.ICredential.
func (t tokenCredential) ProcessAuthRequest(_ *impl.DefaultHttpClient, req *sdkrequest.DefaultHttpRequest) (*sdkrequest.DefaultHttpRequest, error) {
	return req.Builder().AddAutoFilledPathParam("project_id", t.projectID).AddHeaderParam("X-Auth-Token", t.file.current()).Build(), nil
}

// tokenFile is an IAM token in a file that somebody else renews.
type tokenFile struct {
	path    string
	now     func() time.Time
	learned func(secret string)
	failed  func(error)

	mu      sync.Mutex
	looked  time.Time
	changed time.Time
	size    int64
	token   string
}

// How often the file is looked at, and how large it may be.
const (
	tokenLookEvery = time.Second
	tokenSize      = 64 << 10
)

// current is the token. A file that cannot be read, because it is being replaced say, leaves the last token in use:
// whether it still holds is for the cloud to tell.
func (f *tokenFile) current() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now := f.now(); now.Sub(f.looked) >= tokenLookEvery || now.Before(f.looked) {
		f.looked = now
		if err := f.read(); err != nil {
			f.failed(err)
		}
	}
	return f.token
}

func (f *tokenFile) load() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.looked = f.now()
	return f.read()
}

// read reads the file if it has changed.
func (f *tokenFile) read() error {
	file, err := os.Open(f.path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if f.token != "" && info.ModTime().Equal(f.changed) && info.Size() == f.size {
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(file, tokenSize+1))
	if err != nil {
		return err
	}
	token := string(bytes.TrimSpace(text))
	if len(text) > tokenSize || token == "" {
		return fmt.Errorf("%s holds no token", f.path)
	}
	for _, b := range []byte(token) {
		if b <= ' ' || b > '~' {
			return fmt.Errorf("%s holds more than a token", f.path)
		}
	}
	f.token, f.changed, f.size = token, info.ModTime(), info.Size()
	f.learned(token)
	return nil
}

// secrets are the texts that must not come out of this package. Gateways repeat keys in their error messages.
type secrets struct {
	mu   sync.RWMutex
	list [][]byte
}

// secretsKept is how many are remembered: those of the start, and the last tokens of a file.
const secretsKept = 8

func (s *secrets) add(secret string) {
	// A text as short as this is a test's, and would be found in every other word.
	if len(secret) < 4 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.list) == secretsKept {
		s.list = s.list[1:]
	}
	s.list = append(s.list[:len(s.list):len(s.list)], []byte(secret))
}

// hide puts three stars in the place of every secret.
func (s *secrets) hide(text []byte) []byte {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, secret := range s.list {
		text = bytes.ReplaceAll(text, secret, []byte("***"))
	}
	return text
}
