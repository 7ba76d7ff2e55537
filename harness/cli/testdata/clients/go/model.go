package main

import (
	"time"

	"github.com/microsoft/kiota-abstractions-go/serialization"
)

type deserializers = map[string]func(serialization.ParseNode) error

// object is a body whose members the SDK does not know; it writes them in random order.
type object map[string]any

func (o object) Serialize(w serialization.SerializationWriter) error { return w.WriteAdditionalData(o) }
func (o object) GetFieldDeserializers() deserializers                { return nil }

// entity is any of Graph's that the script reads.
type entity struct{ id, name, status, target, etag string }

func newEntity(serialization.ParseNode) (serialization.Parsable, error) { return &entity{}, nil }

func (e *entity) Serialize(serialization.SerializationWriter) error { return nil }
func (e *entity) GetFieldDeserializers() deserializers {
	return deserializers{
		"id": text(&e.id), "name": text(&e.name), "status": text(&e.status),
		"targetResourceId": text(&e.target), "@odata.etag": text(&e.etag),
	}
}

// page is a page of a list.
type page struct {
	next, delta *string
	entities    []*entity
}

func newPage(serialization.ParseNode) (serialization.Parsable, error) { return &page{}, nil }

func (p *page) GetOdataNextLink() *string                         { return p.next }
func (p *page) GetOdataDeltaLink() *string                        { return p.delta }
func (p *page) GetValue() []*entity                               { return p.entities }
func (p *page) Serialize(serialization.SerializationWriter) error { return nil }

func (p *page) GetFieldDeserializers() deserializers {
	return deserializers{
		"@odata.nextLink":  func(n serialization.ParseNode) (err error) { p.next, err = n.GetStringValue(); return err },
		"@odata.deltaLink": func(n serialization.ParseNode) (err error) { p.delta, err = n.GetStringValue(); return err },
		"value": func(n serialization.ParseNode) error {
			values, err := n.GetCollectionOfObjectValues(newEntity)
			for _, v := range values {
				p.entities = append(p.entities, v.(*entity))
			}
			return err
		},
	}
}

// uploadSession is what the SDK's uploader works on.
type uploadSession struct {
	url     *string
	expires *time.Time
	ranges  []string
}

func newSession(serialization.ParseNode) (serialization.Parsable, error) {
	return &uploadSession{}, nil
}

func (s *uploadSession) GetUploadUrl() *string                             { return s.url }
func (s *uploadSession) GetOdataType() *string                             { return nil }
func (s *uploadSession) GetExpirationDateTime() *time.Time                 { return s.expires }
func (s *uploadSession) SetExpirationDateTime(t *time.Time)                { s.expires = t }
func (s *uploadSession) GetNextExpectedRanges() []string                   { return s.ranges }
func (s *uploadSession) SetNextExpectedRanges(ranges []string)             { s.ranges = ranges }
func (s *uploadSession) Serialize(serialization.SerializationWriter) error { return nil }

func (s *uploadSession) GetFieldDeserializers() deserializers {
	return deserializers{
		"uploadUrl":          func(n serialization.ParseNode) (err error) { s.url, err = n.GetStringValue(); return err },
		"expirationDateTime": func(n serialization.ParseNode) (err error) { s.expires, err = n.GetTimeValue(); return err },
		"nextExpectedRanges": func(n serialization.ParseNode) error {
			values, err := n.GetCollectionOfPrimitiveValues("string")
			for _, v := range values {
				s.ranges = append(s.ranges, *v.(*string))
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
