package main

import (
	"bytes"
	"fmt"
	"strings"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/pager"
	"k8s.io/client-go/util/retry"

	"context"
	"sync"
	"time"
)

var objectSteps = []step{
	{"namespace", func(w *world) {
		_, err := w.typed.CoreV1().Namespaces().Create(w.ctx, &core.Namespace{ObjectMeta: meta.ObjectMeta{Name: namespace}}, meta.CreateOptions{})
		must(err)
	}},
	{"objects in protobuf", func(w *world) {
		maps := w.typed.CoreV1().ConfigMaps(namespace)
		made := got(maps.Create(w.ctx, configMap("settings", "red"), meta.CreateOptions{FieldManager: "tester"}))
		check(made.UID != "" && made.ResourceVersion != "" && made.Data["color"] == "red", "made: %v", made)
		check(len(made.ManagedFields) == 1 && made.ManagedFields[0].Manager == "tester", "managers: %v", made.ManagedFields)
		check(bytes.Equal(made.BinaryData["bytes"], []byte{0, 255, 1}), "bytes: %v", made.BinaryData)
		_, err := maps.Create(w.ctx, configMap("settings", "red"), meta.CreateOptions{})
		check(errors.IsAlreadyExists(err) && err.Error() == `configmaps "settings" already exists`, "%v", err)
		dry := got(maps.Create(w.ctx, configMap("dry", "red"), meta.CreateOptions{DryRun: []string{"All"}}))
		check(dry.UID != "", "dry run has no uid")
		_, err = maps.Get(w.ctx, "dry", meta.GetOptions{})
		check(errors.IsNotFound(err) && errors.ReasonForError(err) == meta.StatusReasonNotFound, "%v", err)
		status := err.(errors.APIStatus).Status()
		check(status.Details.Kind == "configmaps" && status.Details.Name == "dry", "%v", status)
		_, err = maps.Create(w.ctx, configMap("Bad_Name", "red"), meta.CreateOptions{})
		check(errors.IsInvalid(err), "%v", err)
		check(err.(errors.APIStatus).Status().Details.Causes[0].Field == "metadata.name", "%v", err)
		generated := got(maps.Create(w.ctx, &core.ConfigMap{ObjectMeta: meta.ObjectMeta{GenerateName: "made-"}}, meta.CreateOptions{}))
		check(strings.HasPrefix(generated.Name, "made-") && len(generated.Name) == 10, "%s", generated.Name)
	}},
	{"conflicts and retries", func(w *world) {
		maps := w.typed.CoreV1().ConfigMaps(namespace)
		stale := got(maps.Get(w.ctx, "settings", meta.GetOptions{}))
		var all sync.WaitGroup
		for number := range 8 {
			all.Go(func() {
				must(retry.RetryOnConflict(wait.Backoff{Steps: 100, Duration: time.Millisecond, Jitter: 5}, func() error {
					now, err := maps.Get(w.ctx, "settings", meta.GetOptions{})
					if err != nil {
						return err
					}
					now.Data[fmt.Sprint("writer-", number)] = "was here"
					_, err = maps.Update(w.ctx, now, meta.UpdateOptions{})
					return err
				}))
			})
		}
		all.Wait()
		now := got(maps.Get(w.ctx, "settings", meta.GetOptions{}))
		check(len(now.Data) == 9, "%v", now.Data)
		stale.Data["late"] = "true"
		_, err := maps.Update(w.ctx, stale, meta.UpdateOptions{})
		check(errors.IsConflict(err), "%v", err)
		wrong := types.UID("0")
		err = maps.Delete(w.ctx, "settings", meta.DeleteOptions{Preconditions: &meta.Preconditions{UID: &wrong}})
		check(errors.IsConflict(err), "%v", err)
	}},
	{"patches", func(w *world) {
		maps := w.typed.CoreV1().ConfigMaps(namespace)
		patches := []struct {
			kind types.PatchType
			text string
		}{
			{types.JSONPatchType, `[{"op":"test","path":"/data/color","value":"red"},{"op":"replace","path":"/data/color","value":"green"}]`},
			{types.MergePatchType, `{"data":{"writer-0":null,"merged":"yes"}}`},
			{types.StrategicMergePatchType, `{"metadata":{"labels":{"app":"settings"}}}`},
		}
		for _, patch := range patches {
			got(maps.Patch(w.ctx, "settings", patch.kind, []byte(patch.text), meta.PatchOptions{}))
		}
		now := got(maps.Get(w.ctx, "settings", meta.GetOptions{}))
		check(now.Data["color"] == "green" && now.Data["merged"] == "yes" && now.Data["writer-0"] == "" && now.Labels["app"] == "settings", "%v", now)
		_, err := maps.Patch(w.ctx, "settings", types.JSONPatchType, []byte(patches[0].text), meta.PatchOptions{})
		check(errors.IsInvalid(err), "%v", err)
		_, err = maps.Patch(w.ctx, "settings", types.MergePatchType, []byte(`{"dat":{}}`), meta.PatchOptions{FieldValidation: "Strict"})
		check(err != nil && strings.Contains(err.Error(), `unknown field "dat"`), "%v", err)
	}},
	{"warnings", func(w *world) {
		heard := &warnings{}
		config := rest.CopyConfig(w.config)
		config.WarningHandlerWithContext = heard
		_, err := kubernetes.NewForConfigOrDie(config).CoreV1().ConfigMaps(namespace).Patch(w.ctx, "settings", types.MergePatchType, []byte(`{"dat":{}}`), meta.PatchOptions{})
		must(err)
		check(len(heard.texts) == 1 && heard.texts[0] == `unknown field "dat"`, "%q", heard.texts)
	}},
	{"pages", func(w *world) {
		maps := w.typed.CoreV1().ConfigMaps(namespace)
		for number := range 25 {
			made := configMap(fmt.Sprintf("page-%02d", number), "red")
			made.Labels = map[string]string{"pages": "true"}
			got(maps.Create(w.ctx, made, meta.CreateOptions{}))
		}
		first := w.sent.length()
		lister := pager.New(func(ctx context.Context, options meta.ListOptions) (runtime.Object, error) {
			return maps.List(ctx, options)
		})
		lister.PageSize = 10
		names := []string{}
		must(lister.EachListItem(w.ctx, meta.ListOptions{LabelSelector: "pages"}, func(object runtime.Object) error {
			names = append(names, object.(*core.ConfigMap).Name)
			return nil
		}))
		check(len(names) == 25 && names[0] == "page-00" && names[24] == "page-24", "%v", names)
		check(w.sent.count(first, "limit=10") == 3, "%v", w.sent.since(first))
		page := got(maps.List(w.ctx, meta.ListOptions{LabelSelector: "pages", Limit: 10}))
		check(page.RemainingItemCount == nil, "a list by a selector has a count: %v", page.RemainingItemCount)
		_, err := maps.List(w.ctx, meta.ListOptions{LabelSelector: "pages", Limit: 10, Continue: "nonsense"})
		check(errors.IsBadRequest(err), "%v", err)
		byField := got(maps.List(w.ctx, meta.ListOptions{FieldSelector: "metadata.name=page-03"}))
		check(len(byField.Items) == 1, "%v", byField.Items)
	}},
	{"metadata only", func(w *world) {
		client := metadata.NewForConfigOrDie(w.config).Resource(core.SchemeGroupVersion.WithResource("configmaps")).Namespace(namespace)
		list := got(client.List(w.ctx, meta.ListOptions{LabelSelector: "pages"}))
		check(len(list.Items) == 25 && list.Items[3].Name == "page-03", "%v", list.Items)
		got(client.Patch(w.ctx, "page-03", types.MergePatchType, []byte(`{"metadata":{"annotations":{"a":"b"}}}`), meta.PatchOptions{}))
		one := got(client.Get(w.ctx, "page-03", meta.GetOptions{}))
		check(one.Annotations["a"] == "b", "%v", one)
		must(client.DeleteCollection(w.ctx, meta.DeleteOptions{}, meta.ListOptions{LabelSelector: "pages"}))
		check(len(got(client.List(w.ctx, meta.ListOptions{LabelSelector: "pages"})).Items) == 0, "some are left")
	}},
}

func configMap(name, color string) *core.ConfigMap {
	return &core.ConfigMap{
		ObjectMeta: meta.ObjectMeta{Name: name},
		Data:       map[string]string{"color": color},
		BinaryData: map[string][]byte{"bytes": {0, 255, 1}},
	}
}

type warnings struct{ texts []string }

func (w *warnings) HandleWarningHeaderWithContext(_ context.Context, _ int, _ string, text string) {
	w.texts = append(w.texts, text)
}
