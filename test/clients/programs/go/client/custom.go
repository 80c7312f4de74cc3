package main

import (
	"time"

	autoscaling "k8s.io/api/autoscaling/v1"
	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	extensionsclient "k8s.io/apiextensions-apiserver/pkg/client/clientset/clientset"
	"k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/scale"
	"k8s.io/client-go/tools/cache"
)

var widgets = schema.GroupVersionResource{Group: "client-go.kubets.test", Version: "v1", Resource: "widgets"}

var customSteps = []step{
	{"a definition", func(w *world) {
		client := extensionsclient.NewForConfigOrDie(w.config).ApiextensionsV1().CustomResourceDefinitions()
		made := got(client.Create(w.ctx, widgetDefinition(), meta.CreateOptions{}))
		until("the definition", func() bool {
			now := got(client.Get(w.ctx, made.Name, meta.GetOptions{}))
			for _, condition := range now.Status.Conditions {
				if condition.Type == apiextensions.Established && condition.Status == apiextensions.ConditionTrue {
					return true
				}
			}
			return false
		})
	}},
	{"custom resources", func(w *world) {
		client := w.dynamic.Resource(widgets).Namespace(namespace)
		until("the resource", func() bool {
			_, err := client.List(w.ctx, meta.ListOptions{})
			return err == nil
		})
		ctx := w.ctx
		factory := dynamicinformer.NewFilteredDynamicSharedInformerFactory(w.dynamic, 0, namespace, nil)
		informer := factory.ForResource(widgets).Informer()
		factory.Start(ctx.Done())
		check(cache.WaitForCacheSync(ctx.Done(), informer.HasSynced), "not synced")
		made := got(client.Create(ctx, widget("one", map[string]any{"size": "10Mi", "unknown": true}), meta.CreateOptions{}))
		spec := made.Object["spec"].(map[string]any)
		check(spec["replicas"] == int64(1) && spec["unknown"] == nil && made.GetGeneration() == 1, "%v", made)
		_, err := client.Create(ctx, widget("two", map[string]any{"replicas": int64(99)}), meta.CreateOptions{})
		check(errors.IsInvalid(err) && len(err.(errors.APIStatus).Status().Details.Causes) == 1, "%v", err)
		_, err = client.Create(ctx, widget("two", map[string]any{"unknown": true}), meta.CreateOptions{FieldValidation: "Strict"})
		check(errors.IsBadRequest(err), "%v", err)
		made.Object["status"] = map[string]any{"replicas": int64(3), "selector": "a=b"}
		made.Object["spec"].(map[string]any)["replicas"] = int64(5)
		reported := got(client.UpdateStatus(ctx, made, meta.UpdateOptions{}))
		check(reported.GetGeneration() == 1 && reported.Object["spec"].(map[string]any)["replicas"] == int64(1), "%v", reported)
		until("the status", func() bool {
			object, found, _ := informer.GetStore().GetByKey(namespace + "/one")
			return found && object.(*unstructured.Unstructured).Object["status"] != nil
		})
		list := got(client.List(ctx, meta.ListOptions{FieldSelector: "spec.size=10Mi"}))
		check(len(list.Items) == 1, "%v", list)
	}},
	{"scale of a custom resource", func(w *world) {
		discovery := memory.NewMemCacheClient(w.typed.Discovery())
		mapper := restmapper.NewDeferredDiscoveryRESTMapper(discovery)
		client := got(scale.NewForConfig(w.config, mapper, dynamic.LegacyAPIPathResolverFunc, scale.NewDiscoveryScaleKindResolver(discovery))).Scales(namespace)
		now := got(client.Get(w.ctx, widgets.GroupResource(), "one", meta.GetOptions{}))
		check(now.Spec.Replicas == 1 && now.Status.Replicas == 3 && now.Status.Selector == "a=b", "%v", now)
		now.Spec.Replicas = 4
		now = got(client.Update(w.ctx, widgets.GroupResource(), now, meta.UpdateOptions{}))
		patched := got(client.Patch(w.ctx, widgets, "one", types.MergePatchType, []byte(`{"spec":{"replicas":2}}`), meta.PatchOptions{}))
		check(now.Spec.Replicas == 4 && patched.Spec.Replicas == 2, "%v %v", now, patched)
		typed := got(w.typed.AppsV1().Deployments(namespace).GetScale(w.ctx, "applied", meta.GetOptions{}))
		check(typed.Status.Selector == "app=applied", "%v", typed)
		typed = got(w.typed.AppsV1().Deployments(namespace).UpdateScale(w.ctx, "applied", &autoscaling.Scale{ObjectMeta: meta.ObjectMeta{Name: "applied"}, Spec: autoscaling.ScaleSpec{Replicas: 0}}, meta.UpdateOptions{}))
		check(typed.Spec.Replicas == 0, "%v", typed)
	}},
	{"a definition that goes", func(w *world) {
		client := w.dynamic.Resource(widgets).Namespace(namespace)
		watcher := got(client.Watch(w.ctx, meta.ListOptions{}))
		definitions := extensionsclient.NewForConfigOrDie(w.config).ApiextensionsV1().CustomResourceDefinitions()
		must(definitions.Delete(w.ctx, "widgets.client-go.kubets.test", meta.DeleteOptions{}))
		until("the end of the definition", func() bool {
			_, err := definitions.Get(w.ctx, "widgets.client-go.kubets.test", meta.GetOptions{})
			return errors.IsNotFound(err)
		})
		ended := time.After(30 * time.Second)
		for open := true; open; {
			select {
			case _, open = <-watcher.ResultChan():
			case <-ended:
				panic("the watch goes on")
			}
		}
		until("404", func() bool {
			_, err := client.List(w.ctx, meta.ListOptions{})
			return errors.IsNotFound(err)
		})
	}},
}

func widget(name string, spec map[string]any) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "client-go.kubets.test/v1", "kind": "Widget", "metadata": map[string]any{"name": name}, "spec": spec,
	}}
}

func widgetDefinition() *apiextensions.CustomResourceDefinition {
	integer := apiextensions.JSONSchemaProps{Type: "integer"}
	replicas := apiextensions.JSONSchemaProps{
		Type: "integer", Minimum: pointer(0.0), Maximum: pointer(10.0), Default: &apiextensions.JSON{Raw: []byte("1")},
	}
	text := apiextensions.JSONSchemaProps{Type: "string"}
	object := func(properties map[string]apiextensions.JSONSchemaProps) apiextensions.JSONSchemaProps {
		return apiextensions.JSONSchemaProps{Type: "object", Properties: properties}
	}
	whole := object(map[string]apiextensions.JSONSchemaProps{
		"spec":   object(map[string]apiextensions.JSONSchemaProps{"size": text, "replicas": replicas}),
		"status": object(map[string]apiextensions.JSONSchemaProps{"replicas": integer, "selector": text}),
	})
	return &apiextensions.CustomResourceDefinition{
		ObjectMeta: meta.ObjectMeta{Name: "widgets.client-go.kubets.test"},
		Spec: apiextensions.CustomResourceDefinitionSpec{
			Group: widgets.Group,
			Names: apiextensions.CustomResourceDefinitionNames{Plural: "widgets", Kind: "Widget"},
			Scope: apiextensions.NamespaceScoped,
			Versions: []apiextensions.CustomResourceDefinitionVersion{{
				Name: "v1", Served: true, Storage: true,
				Schema:           &apiextensions.CustomResourceValidation{OpenAPIV3Schema: &whole},
				SelectableFields: []apiextensions.SelectableField{{JSONPath: ".spec.size"}},
				Subresources: &apiextensions.CustomResourceSubresources{
					Status: &apiextensions.CustomResourceSubresourceStatus{},
					Scale: &apiextensions.CustomResourceSubresourceScale{
						SpecReplicasPath: ".spec.replicas", StatusReplicasPath: ".status.replicas", LabelSelectorPath: pointer(".status.selector"),
					},
				},
			}},
		},
	}
}
