package main

import (
	authentication "k8s.io/api/authentication/v1"
	authorization "k8s.io/api/authorization/v1"
	core "k8s.io/api/core/v1"
	rbac "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

var identitySteps = []step{
	{"a service account's token", func(w *world) {
		accounts := w.typed.CoreV1().ServiceAccounts(namespace)
		got(accounts.Create(w.ctx, &core.ServiceAccount{ObjectMeta: meta.ObjectMeta{Name: "robot"}}, meta.CreateOptions{}))
		token := got(accounts.CreateToken(w.ctx, "robot", &authentication.TokenRequest{Spec: authentication.TokenRequestSpec{ExpirationSeconds: pointer(int64(600))}}, meta.CreateOptions{}))
		config := rest.AnonymousClientConfig(w.config)
		config.BearerToken = token.Status.Token
		robot := kubernetes.NewForConfigOrDie(config)
		self := got(robot.AuthenticationV1().SelfSubjectReviews().Create(w.ctx, &authentication.SelfSubjectReview{}, meta.CreateOptions{}))
		check(self.Status.UserInfo.Username == "system:serviceaccount:client-go:robot", "%v", self.Status)
		_, err := robot.CoreV1().ConfigMaps(namespace).List(w.ctx, meta.ListOptions{})
		check(errors.IsForbidden(err), "%v", err)
		want := `configmaps is forbidden: User "system:serviceaccount:client-go:robot" cannot list resource "configmaps" in API group "" in the namespace "client-go"`
		check(err.Error() == want, "%v", err)
		rules := []rbac.PolicyRule{{Verbs: []string{"list"}, APIGroups: []string{""}, Resources: []string{"configmaps"}}}
		got(w.typed.RbacV1().Roles(namespace).Create(w.ctx, &rbac.Role{ObjectMeta: meta.ObjectMeta{Name: "reader"}, Rules: rules}, meta.CreateOptions{}))
		binding := &rbac.RoleBinding{
			ObjectMeta: meta.ObjectMeta{Name: "reader"}, RoleRef: rbac.RoleRef{APIGroup: rbac.GroupName, Kind: "Role", Name: "reader"},
			Subjects: []rbac.Subject{{Kind: "ServiceAccount", Name: "robot", Namespace: namespace}},
		}
		got(w.typed.RbacV1().RoleBindings(namespace).Create(w.ctx, binding, meta.CreateOptions{}))
		until("the right", func() bool {
			_, err := robot.CoreV1().ConfigMaps(namespace).List(w.ctx, meta.ListOptions{})
			return err == nil
		})
		config.BearerToken = "nonsense"
		_, err = kubernetes.NewForConfigOrDie(config).CoreV1().ConfigMaps(namespace).List(w.ctx, meta.ListOptions{})
		check(errors.IsUnauthorized(err), "%v", err)
	}},
	{"reviews and impersonation", func(w *world) {
		may := authorization.SelfSubjectAccessReview{Spec: authorization.SelfSubjectAccessReviewSpec{
			ResourceAttributes: &authorization.ResourceAttributes{Namespace: namespace, Verb: "list", Resource: "configmaps"},
		}}
		config := rest.CopyConfig(w.config)
		config.Impersonate = rest.ImpersonationConfig{UserName: "jane", Groups: []string{"testers"}, Extra: map[string][]string{"scopes/of": {"x y"}}}
		jane := kubernetes.NewForConfigOrDie(config)
		self := got(jane.AuthenticationV1().SelfSubjectReviews().Create(w.ctx, &authentication.SelfSubjectReview{}, meta.CreateOptions{}))
		check(self.Status.UserInfo.Username == "jane" && self.Status.UserInfo.Extra["scopes/of"][0] == "x y", "%v", self.Status)
		answer := got(jane.AuthorizationV1().SelfSubjectAccessReviews().Create(w.ctx, &may, meta.CreateOptions{}))
		check(!answer.Status.Allowed, "%v", answer.Status)
		rules := got(jane.AuthorizationV1().SelfSubjectRulesReviews().Create(w.ctx, &authorization.SelfSubjectRulesReview{Spec: authorization.SelfSubjectRulesReviewSpec{Namespace: namespace}}, meta.CreateOptions{}))
		check(len(rules.Status.NonResourceRules) > 0, "%v", rules.Status)
	}},
}
