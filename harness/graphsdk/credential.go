package graphsdk

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/graphvcr/graphvcr/harness"
)

// ReplayToken is what an SDK sends as its token on replay. It opens nothing, and no
// request is told from another by it.
const ReplayToken = "graphvcr-replay-needs-no-token"

// Live opens the credential of recordings and live runs, when the first token is asked
// for. It is never called on replay, so what it needs may be missing there.
type Live func() (azcore.TokenCredential, error)

// Credential is what to sign an SDK in with: on replay it hands out [ReplayToken],
// without a network, else the tokens of live.
//
// Without a live credential it refuses to give a token in any other mode: ReplayToken
// never reaches a service. A client whose token is added below the recorder
// ([harness.WithTransport]) needs no credential at all; give it kiota's
// AnonymousAuthenticationProvider.
func Credential(s *harness.Session, live Live) azcore.TokenCredential {
	if s.Replays() {
		return replayed{}
	}
	if live == nil {
		live = func() (azcore.TokenCredential, error) { return nil, errNoLive }
	}
	return &opened{open: sync.OnceValues(live)}
}

var errNoLive = errors.New("graphsdk: no credential but the one for replay, which is not sent to a service: give graphsdk.Credential a live one")

type replayed struct{}

// GetToken implements azcore.TokenCredential.
func (replayed) GetToken(ctx context.Context, _ policy.TokenRequestOptions) (azcore.AccessToken, error) {
	if err := ctx.Err(); err != nil {
		return azcore.AccessToken{}, err
	}
	return azcore.AccessToken{Token: ReplayToken, ExpiresOn: time.Now().Add(24 * time.Hour)}, nil
}

// opened is a live credential that is opened by its first use.
type opened struct {
	open func() (azcore.TokenCredential, error)
}

// GetToken implements azcore.TokenCredential.
func (o *opened) GetToken(ctx context.Context, options policy.TokenRequestOptions) (azcore.AccessToken, error) {
	credential, err := o.open()
	if err != nil {
		return azcore.AccessToken{}, fmt.Errorf("open the live credential: %w", err)
	}
	return credential.GetToken(ctx, options)
}
