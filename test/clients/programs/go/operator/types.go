package main

import (
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/scheme"
)

var (
	groupVersion  = schema.GroupVersion{Group: "operator.kubets.test", Version: "v1"}
	schemeBuilder = &scheme.Builder{GroupVersion: groupVersion}
)

func init() { schemeBuilder.Register(&Shop{}, &ShopList{}) }

// Shop is a Deployment of so many pages.
type Shop struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty"`

	Spec   ShopSpec   `json:"spec,omitempty"`
	Status ShopStatus `json:"status,omitempty"`
}

type ShopSpec struct {
	Replicas *int32 `json:"replicas,omitempty"`
	Color    string `json:"color,omitempty"`
}

type ShopStatus struct {
	Replicas   int32            `json:"replicas"`
	Selector   string           `json:"selector,omitempty"`
	Conditions []meta.Condition `json:"conditions,omitempty"`
	// ReconciledBy is the identity of the manager that wrote the status.
	ReconciledBy string `json:"reconciledBy,omitempty"`
}

type ShopList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty"`
	Items         []Shop `json:"items"`
}

func (s *Shop) DeepCopyObject() runtime.Object {
	copied := *s
	copied.ObjectMeta = *s.ObjectMeta.DeepCopy()
	if s.Spec.Replicas != nil {
		replicas := *s.Spec.Replicas
		copied.Spec.Replicas = &replicas
	}
	copied.Status.Conditions = append([]meta.Condition(nil), s.Status.Conditions...)
	return &copied
}

func (s *ShopList) DeepCopyObject() runtime.Object {
	copied := *s
	copied.Items = make([]Shop, 0, len(s.Items))
	for _, item := range s.Items {
		copied.Items = append(copied.Items, *item.DeepCopyObject().(*Shop))
	}
	return &copied
}
