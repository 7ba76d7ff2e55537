package graphsdk_test

import (
	"os"
	"testing"

	abstractions "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoft/kiota-abstractions-go/serialization"
	jsonserialization "github.com/microsoft/kiota-serialization-json-go"
)

// A user and a page of them, as kiota generates them for the full SDK.
type user struct{ id, name, upn string }

func newUser(serialization.ParseNode) (serialization.Parsable, error) { return &user{}, nil }

func (u *user) Serialize(w serialization.SerializationWriter) error {
	for _, member := range []struct {
		name  string
		value *string
	}{{"displayName", &u.name}, {"mailNickname", &u.name}, {"userPrincipalName", &u.upn}} {
		if err := w.WriteStringValue(member.name, member.value); err != nil {
			return err
		}
	}
	return w.WriteAdditionalData(map[string]any{"accountEnabled": true, "passwordProfile": map[string]any{"password": "Hunter2!"}})
}

func (u *user) GetFieldDeserializers() map[string]func(serialization.ParseNode) error {
	return map[string]func(serialization.ParseNode) error{
		"id":                text(&u.id),
		"displayName":       text(&u.name),
		"userPrincipalName": text(&u.upn),
	}
}

type page struct {
	next  string
	users []*user
}

func newPage(serialization.ParseNode) (serialization.Parsable, error) { return &page{}, nil }

func (p *page) GetOdataNextLink() *string                         { return &p.next }
func (p *page) GetValue() []*user                                 { return p.users }
func (p *page) Serialize(serialization.SerializationWriter) error { return nil }

func (p *page) GetFieldDeserializers() map[string]func(serialization.ParseNode) error {
	return map[string]func(serialization.ParseNode) error{
		"@odata.nextLink": text(&p.next),
		"value": func(n serialization.ParseNode) error {
			values, err := n.GetCollectionOfObjectValues(newUser)
			for _, v := range values {
				p.users = append(p.users, v.(*user))
			}
			return err
		},
	}
}

func text(into *string) func(serialization.ParseNode) error {
	return func(n serialization.ParseNode) error {
		value, err := n.GetStringValue()
		if err == nil && value != nil {
			*into = *value
		}
		return err
	}
}

// The full SDK registers its formats when its client is made; here nobody does.
func TestMain(m *testing.M) {
	abstractions.RegisterDefaultSerializer(func() serialization.SerializationWriterFactory {
		return jsonserialization.NewJsonSerializationWriterFactory()
	})
	abstractions.RegisterDefaultDeserializer(func() serialization.ParseNodeFactory {
		return jsonserialization.NewJsonParseNodeFactory()
	})
	os.Exit(m.Run())
}
