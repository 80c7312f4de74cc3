/**
 * Images of containers: pull policies, one pull of an image at a time, back-off after failures, with upstream's reasons and texts
 * (pkg/kubelet/images).
 */

import type { Env } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import type { Container, Secret } from '#kinds/generated/core-v1.ts';
import { CriError, type CriImages, type ImageSpec, type PodSandboxConfig, type RuntimeImage } from '../cri/runtime.ts';
import type { NodePod } from '../pod/node-pod.ts';
import { RestartBackoff } from '../pod-worker/restart-backoff.ts';
import { credentialsFor } from './credentials.ts';
import { withDefaultTag } from './image-name.ts';

/** Why an image is not there: the container's waiting reason and message. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
  readonly reason: string;
  /** When it is worth trying again (clock.now()); undefined: at the next sync. */
  readonly retryAtMs: number | undefined;

  constructor(reason: string, message: string, retryAtMs?: number) {
    super(message);
    this.reason = reason;
    this.retryAtMs = retryAtMs;
  }
}

export type ImageEvent = (type: 'Normal' | 'Warning', reason: string, message: string) => void;

export interface PullerConfig {
  readonly env: Env;
  readonly images: CriImages;
  readonly backOff: { readonly initialMs: number; readonly maxMs: number };
}

/** How long a container shows why its pull failed before it shows that it waits for the next one. */
const showBackOffAfterMs = 2000;

/** How long the answer of a prefetch is good. */
const prefetchMs = 1000;

export class ImagePuller {
  private readonly config: PullerConfig;
  private readonly backOff: RestartBackoff;
  private readonly lastFailure = new Map<string, string>();
  private readonly prefetched = new Map<string, Promise<RuntimeImage | undefined>>();
  /** Pulls that are under way, by image and credentials of the pod's secrets. */
  private readonly pulling = new Map<string, Promise<string>>();

  constructor(config: PullerConfig) {
    this.config = config;
    this.backOff = new RestartBackoff(config.backOff);
  }

  /** The image of a container, pulled when its policy wants that. Throws ImageError. */
  async ensure(
    pod: NodePod,
    container: { readonly image?: string | undefined; readonly imagePullPolicy?: Container['imagePullPolicy'] },
    sandbox: PodSandboxConfig,
    secrets: () => Promise<readonly Secret[]>,
    event: ImageEvent,
  ): Promise<RuntimeImage> {
    const requested = container.image ?? '';
    let spec: ImageSpec;
    try {
      spec = { image: withDefaultTag(requested), userSpecifiedImage: requested };
    } catch (error) {
      const message = `Failed to apply default image tag "${requested}": ${messageOf(error)}`;
      event('Warning', 'InspectFailed', message);
      throw new ImageError('InvalidImageName', message);
    }
    const policy = container.imagePullPolicy ?? 'IfNotPresent';
    if (policy !== 'Always') {
      const present = await this.inspect(spec, requested, event);
      if (present) {
        event(
          'Normal',
          'Pulled',
          `Container image "${requested}" already present on machine and can be accessed by the pod`,
        );
        return present;
      }
      if (policy === 'Never') {
        const message = `Container image "${requested}" is not present with pull policy of Never`;
        event('Warning', 'ErrImageNeverPull', message);
        throw new ImageError('ErrImageNeverPull', message);
      }
    }
    await this.pull(pod, spec, requested, sandbox, await secrets(), event);
    const pulled = await this.inspect(spec, requested, event);
    if (!pulled) throw new ImageError('ErrImagePull', `image "${requested}" is not there after its pull`);
    return pulled;
  }

  /** Looks for an image while its pod's sandbox is being made; what was found is used by the next `ensure`. */
  prefetch(image: string, policy: Container['imagePullPolicy']): void {
    if (policy === 'Always' || this.prefetched.has(image)) return;
    let spec: ImageSpec;
    try {
      spec = { image: withDefaultTag(image), userSpecifiedImage: image };
    } catch {
      // `ensure` says it.
      return;
    }
    const lookup = this.config.images.imageStatus(spec).catch(() => undefined);
    this.prefetched.set(image, lookup);
    this.config.env.clock.after(prefetchMs, () => this.prefetched.delete(image));
  }

  private async inspect(spec: ImageSpec, requested: string, event: ImageEvent): Promise<RuntimeImage | undefined> {
    const known = await this.prefetched.get(requested);
    if (known) return known;
    try {
      return await this.config.images.imageStatus(spec);
    } catch (error) {
      const message = `Failed to inspect image "${requested}": ${messageOf(error)}`;
      event('Warning', 'InspectFailed', message);
      throw new ImageError('ImageInspectError', message);
    }
  }

  private async pull(
    pod: NodePod,
    spec: ImageSpec,
    requested: string,
    sandbox: PodSandboxConfig,
    secrets: readonly Secret[],
    event: ImageEvent,
  ): Promise<void> {
    const { clock } = this.config.env;
    const key = `${pod.metadata.uid}_${requested}`;
    const retryAtMs = this.backOff.waitingUntil(key, clock.now());
    if (retryAtMs !== undefined) {
      const backingOff = `Back-off pulling image "${requested}"`;
      event('Normal', 'BackOff', backingOff);
      const last = this.lastFailure.get(key);
      throw new ImageError('ImagePullBackOff', last === undefined ? backingOff : `${backingOff}: ${last}`, retryAtMs);
    }
    this.lastFailure.delete(key);
    event('Normal', 'Pulling', `Pulling image "${requested}"`);
    const begun = clock.monotonic();
    try {
      await this.sharedPull(spec, sandbox, secrets);
    } catch (error) {
      const said = pullFailureOf(error);
      event('Warning', 'Failed', `Failed to pull image "${requested}": ${said}`);
      this.backOff.next(key, clock.now());
      const failure = namedPullError(requested, said, clock.now() + showBackOffAfterMs);
      this.lastFailure.set(key, `${failure.reason}: ${failure.message}`);
      throw failure;
    }
    const tookMs = Math.round(clock.monotonic() - begun);
    const size = (await this.config.images.imageStatus(spec))?.sizeBytes ?? 0;
    const took = goDuration(tookMs);
    event(
      'Normal',
      'Pulled',
      `Successfully pulled image "${requested}" in ${took} (${took} including waiting). Image size: ${size} bytes.`,
    );
  }

  /** Containers that wait for the same image with the same credentials wait for one pull. */
  private sharedPull(spec: ImageSpec, sandbox: PodSandboxConfig, secrets: readonly Secret[]): Promise<string> {
    const credentials = credentialsFor(spec.image, secrets);
    const key = JSON.stringify([spec.image, credentials]);
    let pull = this.pulling.get(key);
    if (!pull) {
      pull = this.pullWithCredentials(spec, sandbox, credentials).finally(() => this.pulling.delete(key));
      this.pulling.set(key, pull);
    }
    return pull;
  }

  private async pullWithCredentials(
    spec: ImageSpec,
    sandbox: PodSandboxConfig,
    credentials: ReturnType<typeof credentialsFor>,
  ): Promise<string> {
    const { images } = this.config;
    if (credentials.length === 0) return images.pullImage(spec, undefined, sandbox);
    let failure: unknown;
    for (const auth of credentials) {
      try {
        return await images.pullImage(spec, auth, sandbox);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  forgetPod(uid: string): void {
    this.backOff.forget(`${uid}_`);
    for (const key of this.lastFailure.keys()) if (key.startsWith(`${uid}_`)) this.lastFailure.delete(key);
  }
}

/** What a runtime says of a pull, with its code unless that is Unknown (k8s.io/cri-client pkg/remote_image.go). */
function pullFailureOf(error: unknown): string {
  const said = messageOf(error);
  return error instanceof CriError && error.code !== 'Unknown'
    ? `rpc error: code = ${error.code} desc = ${said}`
    : said;
}

/** Errors that CRI gives names (k8s.io/cri-api pkg/errors) keep them. */
function namedPullError(image: string, said: string, retryAtMs: number): ImageError {
  for (const [name, why] of [
    ['RegistryUnavailable', 'the registry is unavailable'],
    ['SignatureValidationFailed', 'the signature validation failed'],
  ] as const) {
    if (said.startsWith(name)) {
      return new ImageError(name, `image pull failed for ${image} because ${why}${said.slice(name.length)}`, retryAtMs);
    }
  }
  return new ImageError('ErrImagePull', said, retryAtMs);
}

/** As Go prints a duration of whole milliseconds: '850ms', '1.2s', '2m3.5s', '0s'. */
export function goDuration(ms: number): string {
  if (ms === 0) return '0s';
  if (ms < 1000) return `${ms}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor((ms % 3_600_000) / 60_000);
  const seconds = `${(ms % 60_000) / 1000}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}
