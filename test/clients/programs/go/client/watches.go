package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	core "k8s.io/api/core/v1"
	events "k8s.io/api/events/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/tools/cache"
	toolsevents "k8s.io/client-go/tools/events"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	toolswatch "k8s.io/client-go/tools/watch"
)

var secrets = core.SchemeGroupVersion.WithResource("secrets")

var watchSteps = []step{
	{"informers by watch list", func(w *world) {
		create := func(name string) {
			made := &core.Secret{ObjectMeta: meta.ObjectMeta{Name: name, Labels: map[string]string{"informed": "true"}}, StringData: map[string]string{"a": "b"}}
			got(w.typed.CoreV1().Secrets(namespace).Create(w.ctx, made, meta.CreateOptions{}))
		}
		for number := range 5 {
			create(fmt.Sprint("before-", number))
		}
		first := w.sent.length()
		selected := func(options *meta.ListOptions) { options.LabelSelector = "informed=true" }
		typed := informers.NewSharedInformerFactoryWithOptions(w.typed, 0, informers.WithNamespace(namespace), informers.WithTweakListOptions(selected))
		dynamic := dynamicinformer.NewFilteredDynamicSharedInformerFactory(w.dynamic, 0, namespace, selected)
		partial := metadatainformer.NewFilteredSharedInformerFactory(metadata.NewForConfigOrDie(w.config), 0, namespace, selected)
		stores := []cache.SharedIndexInformer{typed.Core().V1().Secrets().Informer(), dynamic.ForResource(secrets).Informer(), partial.ForResource(secrets).Informer()}
		ctx, cancel := context.WithCancel(w.ctx)
		typed.Start(ctx.Done())
		dynamic.Start(ctx.Done())
		partial.Start(ctx.Done())
		for _, informer := range stores {
			check(cache.WaitForCacheSync(ctx.Done(), informer.HasSynced), "not synced")
			check(len(informer.GetStore().List()) == 5, "%d before", len(informer.GetStore().List()))
		}
		check(w.sent.count(first, "secrets", "sendInitialEvents=true", " 200") == 3, "%v", w.sent.since(first))
		check(w.sent.count(first, "secrets", "resourceVersion=0") == 0, "listed: %v", w.sent.since(first))
		create("after")
		must(w.typed.CoreV1().Secrets(namespace).Delete(w.ctx, "before-0", meta.DeleteOptions{}))
		got(w.typed.CoreV1().Secrets(namespace).Patch(w.ctx, "before-1", types.MergePatchType, []byte(`{"metadata":{"labels":{"informed":null}}}`), meta.PatchOptions{}))
		for _, informer := range stores {
			until("the changes", func() bool {
				_, after, _ := informer.GetStore().GetByKey(namespace + "/after")
				_, deleted, _ := informer.GetStore().GetByKey(namespace + "/before-0")
				_, unselected, _ := informer.GetStore().GetByKey(namespace + "/before-1")
				return after && !deleted && !unselected
			})
		}
		cancel()
		typed.Shutdown()
		dynamic.Shutdown()
	}},
	{"a watch from a version on", func(w *world) {
		client := w.typed.CoreV1().Secrets(namespace)
		list := got(client.List(w.ctx, meta.ListOptions{}))
		got(client.Create(w.ctx, &core.Secret{ObjectMeta: meta.ObjectMeta{Name: "seen"}}, meta.CreateOptions{}))
		must(client.Delete(w.ctx, "seen", meta.DeleteOptions{}))
		watcher := got(toolswatch.NewRetryWatcherWithContext(w.ctx, list.ResourceVersion, &cache.ListWatch{
			WatchFuncWithContext: func(ctx context.Context, options meta.ListOptions) (watch.Interface, error) {
				// Ends every second: the retry watcher goes on from the last version.
				options.TimeoutSeconds = pointer(int64(1))
				return client.Watch(ctx, options)
			},
		}))
		expect(watcher, watch.Added, "seen")
		expect(watcher, watch.Deleted, "seen")
		time.Sleep(1500 * time.Millisecond)
		got(client.Create(w.ctx, &core.Secret{ObjectMeta: meta.ObjectMeta{Name: "later"}}, meta.CreateOptions{}))
		expect(watcher, watch.Added, "later")
		watcher.Stop()
		_, err := client.Watch(w.ctx, meta.ListOptions{ResourceVersion: "nonsense"})
		check(err != nil && strings.HasSuffix(err.Error(), `resourceVersion: Invalid value: "nonsense": strconv.ParseUint: parsing "nonsense": invalid syntax`), "%v", err)
		old := got(client.Watch(w.ctx, meta.ListOptions{ResourceVersion: "1"}))
		event := <-old.ResultChan()
		check(event.Type == watch.Error && errors.IsResourceExpired(errors.FromObject(event.Object)) || event.Type == watch.Added, "%v", event)
		old.Stop()
	}},
	{"bookmarks", func(w *world) {
		options := meta.ListOptions{AllowWatchBookmarks: true, SendInitialEvents: pointer(true), ResourceVersionMatch: "NotOlderThan"}
		watcher := got(w.typed.CoreV1().Secrets(namespace).Watch(w.ctx, options))
		defer watcher.Stop()
		for event := range watcher.ResultChan() {
			if event.Type == watch.Bookmark {
				check(event.Object.(*core.Secret).Annotations[meta.InitialEventsAnnotationKey] == "true", "%v", event.Object)
				return
			}
			check(event.Type == watch.Added, "%v", event)
		}
		panic("the watch ended without a bookmark")
	}},
	{"tables by watch", func(w *world) {
		client := w.typed.CoreV1().RESTClient()
		watcher := got(client.Get().Namespace(namespace).Resource("secrets").SetHeader("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io").
			VersionedParams(&meta.ListOptions{Watch: true}, scheme.ParameterCodec).Stream(w.ctx))
		line := make([]byte, 2000)
		read := got(watcher.Read(line))
		check(string(line[:30]) == `{"type":"ADDED","object":{"kin`, "%s", line[:read])
		must(watcher.Close())
	}},
	{"leader election", func(w *world) {
		lead := func(name string, began chan<- string) (context.CancelFunc, <-chan struct{}) {
			ctx, cancel := context.WithCancel(w.ctx)
			ended := make(chan struct{})
			lock := got(resourcelock.New(resourcelock.LeasesResourceLock, namespace, "leader", w.typed.CoreV1(), w.typed.CoordinationV1(), resourcelock.ResourceLockConfig{Identity: name}))
			go func() {
				defer close(ended)
				leaderelection.RunOrDie(ctx, leaderelection.LeaderElectionConfig{
					Lock: lock, LeaseDuration: 3 * time.Second, RenewDeadline: 2 * time.Second, RetryPeriod: 200 * time.Millisecond, ReleaseOnCancel: true,
					Callbacks: leaderelection.LeaderCallbacks{OnStartedLeading: func(context.Context) { began <- name }, OnStoppedLeading: func() {}},
				})
			}()
			return cancel, ended
		}
		began := make(chan string, 2)
		end, ended := lead("one", began)
		check(<-began == "one", "one does not lead")
		endTwo, endedTwo := lead("two", began)
		time.Sleep(500 * time.Millisecond)
		end()
		<-ended
		check(<-began == "two", "two does not lead")
		lease := got(w.typed.CoordinationV1().Leases(namespace).Get(w.ctx, "leader", meta.GetOptions{}))
		check(*lease.Spec.HolderIdentity == "two" && *lease.Spec.LeaseTransitions >= 1, "%v", lease.Spec)
		endTwo()
		<-endedTwo
	}},
	{"events", func(w *world) {
		broadcaster := toolsevents.NewBroadcaster(&toolsevents.EventSinkImpl{Interface: w.typed.EventsV1()})
		must(broadcaster.StartRecordingToSinkWithContext(w.ctx))
		recorder := broadcaster.NewRecorder(scheme.Scheme, "tester")
		about := got(w.typed.CoreV1().Secrets(namespace).Get(w.ctx, "later", meta.GetOptions{}))
		for range 3 {
			recorder.Eventf(about, nil, core.EventTypeNormal, "Tested", "Testing", "tested %s", about.Name)
		}
		until("the event", func() bool {
			list := got(w.typed.EventsV1().Events(namespace).List(w.ctx, meta.ListOptions{FieldSelector: "reason=Tested"}))
			return len(list.Items) == 1 && list.Items[0].Regarding.UID == about.UID && list.Items[0].Note == "tested later" && seriesOf(list.Items[0]) >= 2
		})
		found := got(w.typed.CoreV1().Events(namespace).SearchWithContext(w.ctx, scheme.Scheme, about))
		check(len(found.Items) == 1 && found.Items[0].Message == "tested later", "%v", found.Items)
		broadcaster.Shutdown()
	}},
}

func seriesOf(event events.Event) int32 {
	if event.Series == nil {
		return 1
	}
	return event.Series.Count
}

func expect(watcher watch.Interface, kind watch.EventType, name string) {
	event := <-watcher.ResultChan()
	check(event.Type == kind && nameOf(event.Object) == name, "%v", event)
}

func nameOf(object runtime.Object) string {
	named, is := object.(meta.Object)
	check(is, "%s has no name", kindOf(object))
	return named.GetName()
}
