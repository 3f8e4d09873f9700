package io.vmfactory.bench.cases;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.vmfactory.api.v1.Route;
import io.vmfactory.client.sandbox.Container;
import io.vmfactory.client.sandbox.ContainerProcess;
import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.client.sandbox.TemplateRecipe;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What processes in containers see of the identity of their VMs. */
final class InsideViews implements AutoCloseable {
  /** The last one is a random number that the kernel makes at each read. */
  private static final String[] LOOK = {
    "cat",
    "/run/vmfactory/generation",
    "/proc/sys/kernel/random/boot_id",
    "/proc/sys/kernel/hostname",
    "/proc/sys/kernel/random/uuid"
  };

  private static final String TEMPLATE = "bench-unique-inside";

  private final Bench bench;
  private final Containers containers;

  /**
   * Generation, boot id, host name and random numbers, as the first process and a later one of each
   * VM see.
   */
  private final List<List<String>> views = new ArrayList<>();

  private final List<Runnable> ends = new ArrayList<>();

  InsideViews(Bench bench) throws IOException {
    this.bench = bench;
    containers = new Containers(bench);
  }

  /** Looks into a new VM by that route. The VM lives until this is closed. */
  void look(Route route) throws IOException {
    Sandbox sandbox = begun(containers.sandbox(route));
    look(sandbox, lasting(sandbox));
  }

  /** Looks into a sandbox and its forks, in the container that they have in common too. */
  void lookAtForks(int count) throws IOException {
    Sandbox source = begun(containers.sandbox(Route.TEMPLATE));
    String lasting = lasting(source).id();
    List<Sandbox> forks = containers.forks(source, count);
    forks.forEach(fork -> ends.add(() -> fork.delete(bench.deadline())));
    for (Sandbox fork : forks) {
      look(fork, fork.container(lasting, bench.deadline()));
    }
    look(source, source.container(lasting, bench.deadline()));
  }

  /** Looks into clones of a template in which a container runs. */
  void lookAtClones(int count) throws IOException {
    containers.build(TemplateRecipe.running(TEMPLATE, containers.spec("sleep", "600"), null));
    ends.add(() -> bench.client().templates().delete(TEMPLATE, bench.deadline()));
    for (int i = 0; i < count; i++) {
      Sandbox clone = begun(containers.clone(TEMPLATE, Route.TEMPLATE));
      look(clone, clone.containers(bench.deadline()).get(0));
    }
  }

  private Sandbox begun(Sandbox sandbox) {
    ends.add(sandbox::close);
    sandbox.start(bench.deadline());
    return sandbox;
  }

  private Container lasting(Sandbox sandbox) {
    Container lasting = containers.container(sandbox, "sleep", "600");
    lasting.start(bench.deadline());
    return lasting;
  }

  /** Looks as the first process of a new container and as a later one of {@code lasting}. */
  private void look(Sandbox sandbox, Container lasting) throws IOException {
    Container first = containers.container(sandbox, LOOK);
    first.start(bench.deadline());
    List<String> seen = new ArrayList<>(lines(first.process()));
    seen.addAll(lines(lasting.exec(it -> it.withArgs(Containers.command(LOOK)), bench.deadline())));
    if (seen.size() != 2 * (LOOK.length - 1)) {
      throw new IOException("a container printed " + seen);
    }
    views.add(seen);
  }

  private static List<String> lines(ContainerProcess process) throws IOException {
    return new String(process.stdout().readAllBytes(), US_ASCII).lines().toList();
  }

  /** Returns the number of VMs looked into. */
  int count() {
    return views.size();
  }

  /** Returns the number of pairs of VMs that show one same value. */
  int sharing() {
    int pairs = 0;
    for (int i = 0; i < views.size(); i++) {
      for (int j = 0; j < i; j++) {
        pairs += Collections.disjoint(views.get(i), views.get(j)) ? 0 : 1;
      }
    }
    return pairs;
  }

  @Override
  public void close() {
    ends.forEach(Runnable::run);
    containers.close();
  }
}
