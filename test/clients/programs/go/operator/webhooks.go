package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	extensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

type defaulter struct{}

func (defaulter) Default(_ context.Context, shop *Shop) error {
	if shop.Spec.Replicas == nil {
		replicas := int32(2)
		shop.Spec.Replicas = &replicas
	}
	return nil
}

type validator struct{}

func (validator) ValidateCreate(_ context.Context, shop *Shop) (admission.Warnings, error) {
	return validate(shop)
}

func (validator) ValidateUpdate(_ context.Context, before, shop *Shop) (admission.Warnings, error) {
	if before.Spec.Color != shop.Spec.Color {
		return nil, invalid(shop, field.Forbidden(field.NewPath("spec", "color"), "a shop keeps its color"))
	}
	return validate(shop)
}

func (validator) ValidateDelete(_ context.Context, shop *Shop) (admission.Warnings, error) {
	if shop.Annotations["keep"] == "true" {
		return nil, fmt.Errorf("%s is to be kept", shop.Name)
	}
	return nil, nil
}

func validate(shop *Shop) (admission.Warnings, error) {
	if *shop.Spec.Replicas > 5 {
		return nil, invalid(shop, field.Invalid(field.NewPath("spec", "replicas"), *shop.Spec.Replicas, "must be at most 5"))
	}
	if *shop.Spec.Replicas == 5 {
		return admission.Warnings{"five are many"}, nil
	}
	return nil, nil
}

func invalid(shop *Shop, fault *field.Error) error {
	return errors.NewInvalid(groupVersion.WithKind("Shop").GroupKind(), shop.Name, field.ErrorList{fault})
}

// convert serves v1 and v1alpha1: the older version has spec.size and spec.colour in place of spec.replicas and spec.color.
func convert(response http.ResponseWriter, request *http.Request) {
	review := extensions.ConversionReview{}
	if err := json.NewDecoder(request.Body).Decode(&review); err != nil {
		http.Error(response, err.Error(), http.StatusBadRequest)
		return
	}
	review.Response = &extensions.ConversionResponse{UID: review.Request.UID, Result: meta.Status{Status: meta.StatusSuccess}}
	for _, raw := range review.Request.Objects {
		converted, err := convertOne(raw.Raw, review.Request.DesiredAPIVersion)
		if err != nil {
			review.Response.Result = meta.Status{Status: meta.StatusFailure, Message: err.Error()}
			break
		}
		review.Response.ConvertedObjects = append(review.Response.ConvertedObjects, runtime.RawExtension{Raw: converted})
	}
	review.Request = nil
	response.Header().Set("Content-Type", "application/json")
	must(json.NewEncoder(response).Encode(review))
}

func convertOne(raw []byte, version string) ([]byte, error) {
	object := unstructured.Unstructured{}
	if err := object.UnmarshalJSON(raw); err != nil {
		return nil, err
	}
	names := map[string]string{"size": "replicas", "colour": "color"}
	if version == "operator.kubets.test/v1alpha1" {
		names = map[string]string{"replicas": "size", "color": "colour"}
	}
	if spec, found, _ := unstructured.NestedMap(object.Object, "spec"); found {
		for from, to := range names {
			if value, has := spec[from]; has {
				delete(spec, from)
				spec[to] = value
			}
		}
		object.Object["spec"] = spec
	}
	object.SetAPIVersion(version)
	return object.MarshalJSON()
}
