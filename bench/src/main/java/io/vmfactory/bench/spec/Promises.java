package io.vmfactory.bench.spec;

import static io.vmfactory.bench.spec.Promise.atLeast;
import static io.vmfactory.bench.spec.Promise.atMost;

import java.util.List;
import java.util.stream.Stream;

/** All promises that are figures, the same as in SPECIFICATION.md. */
public final class Promises {
  private static final List<Promise> CLONES =
      List.of(
          atMost(
              "clone-over-floor",
              "clone until its agent has answered, over its raw parts (spawn, load, cont, answer)"
                  + " without a daemon",
              "clone",
              1.15,
              "x"),
          atLeast(
              "boot-over-clone",
              "direct boot over clone, each until its agent has answered",
              "boot",
              30,
              "x"),
          atMost("clone-guest-ram", "private guest RAM of an idle clone", "density", 2, "MiB"),
          atMost(
              "clone-process", "private memory of an idle clone's process", "density", 16, "MiB"),
          atMost(
              "template-memory",
              "memory file of the default guest's template",
              "template-build",
              60,
              "MiB"));

  private static final List<Promise> HAND_OUT =
      List.of(
          atMost(
              "warm-over-floor",
              "warm request, p50, over a stopped VM's cont and answer by hand",
              "warm",
              1.5,
              "x"),
          atMost("warm-tail", "warm request, p99 over p50, one at a time", "warm", 4, "x"),
          atMost(
              "shell-over-clone",
              "request on route SHELL over one on route TEMPLATE",
              "shell",
              0.6,
              "x"),
          atLeast("burst-warm", "16 requests at once on 16 warm VMs: WARM", "burst", 100, "%"),
          atLeast("burst-served", "32 requests at once on 8 warm VMs: served", "burst", 100, "%"),
          atMost("fork-pause", "pause of a fork of an idle clone, p50", "fork", 10, "ms"),
          atMost(
              "resume-over-clone",
              "resume of a suspended VM until its agent has answered, over a clone on route"
                  + " TEMPLATE",
              "suspend",
              1.3,
              "x"),
          atMost(
              "suspended-disk",
              "files of a suspended VM without drives, over the pages that it has written and its"
                  + " state",
              "suspend",
              1.1,
              "x"),
          atMost("suspended-processes", "processes of suspended VMs", "suspend", 0, "processes"),
          atLeast("refill-over-loop", "refill over a bare loop of restores", "refill", 0.85, "x"));

  private static final List<Promise> DAEMON =
      List.of(
          atMost("daemon-idle", "daemon in RAM, idle", "density", 120, "MiB"),
          atMost("daemon-per-vm", "daemon in RAM, for each idle VM", "density", 512, "KiB"),
          atMost(
              "thousand-p99",
              "request for a warm VM out of 1000, scripted VMs, p99",
              "thousand",
              10,
              "ms"),
          atMost(
              "recover",
              "a killed daemon's successor serves, its VMs taken over: time over 2 s + 5 ms for"
                  + " each VM",
              "recover",
              1,
              "x"),
          atMost("status", "vmfactory status, p50", "cli", 0.3, "s"),
          atMost(
              "run-client",
              "vmfactory run of true on WARM, with the runtime service, p50",
              "client",
              0.6,
              "s"),
          atMost("ps-client", "vmfactory ps, with the runtime service, p50", "client", 0.3, "s"));

  private static final List<Promise> CONTAINERS =
      List.of(
          atLeast(
              "container-over-clone",
              "direct boot and container over a container on route TEMPLATE, request to first byte",
              "container",
              6,
              "x"),
          atLeast(
              "prepared-over-direct",
              "direct boot and container over a prepared container on route TEMPLATE, first byte",
              "prepared",
              10,
              "x"),
          atMost(
              "prepared-floor",
              "a prepared container on route TEMPLATE, first byte, over the same by hand",
              "prepared",
              1.25,
              "x"),
          atMost(
              "prepared-warm-floor",
              "a prepared container on route WARM, first byte, over the same by hand",
              "prepared",
              1.25,
              "x"),
          atMost(
              "rehearsed-over-warm",
              "a prepared container on route WARM that has rehearsed, over one that has not",
              "prepared",
              0.6,
              "x"),
          atMost(
              "running-over-warm",
              "a byte through a program that runs, on WARM, rehearsed, over a warm request",
              "prepared",
              2,
              "x"),
          atLeast(
              "container-output",
              "a container's standard output through the agent",
              "streams",
              20,
              "MB/s"),
          atMost(
              "container-unread",
              "memory of the client held for an output that is not read",
              "streams",
              4,
              "MiB"),
          atMost(
              "container-bytes",
              "bytes of containers' input and output that were changed",
              "streams",
              0,
              "bytes"));

  private static final List<Promise> ENGINES =
      List.of(
          atMost(
              "ctr-run",
              "ctr run on WARM, first byte, less the same without a VM and a container on WARM"
                  + " without an engine",
              "engines",
              30,
              "ms"),
          atMost(
              "podman-run",
              "podman run on WARM, first byte, less the same without a VM and a container on WARM"
                  + " without an engine",
              "engines",
              30,
              "ms"),
          atMost(
              "ctr-template",
              "ctr run on WARM with a template, first byte, less the same parts",
              "engines",
              30,
              "ms"),
          atMost(
              "podman-template",
              "podman run on WARM with a template, first byte, less the same parts",
              "engines",
              30,
              "ms"),
          atMost("shim-start", "start of containerd's shim, p50", "engines", 20, "ms"),
          atMost(
              "beside-vm",
              "private memory beside the VM of a container of containerd: keeper and stand-in",
              "sandboxes",
              3,
              "MiB"),
          atMost(
              "beside-cpu",
              "CPU of keeper and stand-in of a container that does nothing, of one CPU",
              "sandboxes",
              0.1,
              "%"),
          atMost(
              "service-memory", "runtime service in RAM, one container", "sandboxes", 150, "MiB"),
          atMost(
              "service-per-sandbox",
              "runtime service in RAM, for each further container",
              "sandboxes",
              256,
              "KiB"));

  private static final List<Promise> ALWAYS =
      List.of(
          atMost(
              "storm",
              "VMs lost, leaked, leased twice or stuck while VMs and daemons are killed",
              "storm",
              0,
              "VMs"),
          atMost(
              "clock",
              "clock of a VM when it is handed out: off the host's by",
              "unique",
              50,
              "ms"),
          atMost(
              "unique",
              "pairs of VMs that share a host name, machine id, boot id or random bytes",
              "unique",
              0,
              "pairs"),
          atMost(
              "unique-inside",
              "pairs of VMs whose containers share a generation, boot id, host name or random"
                  + " number",
              "unique",
              0,
              "pairs"),
          atMost(
              "unique-mac", "pairs of clones that have the same MAC address", "unique", 0, "pairs"),
          atMost(
              "leftovers",
              "processes, sockets, files and mounts left after a daemon has stopped",
              "leftovers",
              0,
              "things"));

  private static final List<Promise> POLICY =
      List.of(
          atLeast(
              "auto-hits",
              "size \"auto\" on the diurnal trace: requests served by a waiting VM",
              "policy",
              99,
              "%"),
          atMost(
              "auto-memory",
              "its memory over time, over that of the fixed size with as many hits",
              "policy",
              60,
              "%"));

  private Promises() {}

  /** Returns the promises in the order of the specification. */
  public static List<Promise> all() {
    return Stream.of(CLONES, HAND_OUT, DAEMON, CONTAINERS, ENGINES, ALWAYS, POLICY)
        .flatMap(List::stream)
        .toList();
  }
}
