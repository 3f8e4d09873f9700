package io.vmfactory.harness.sandbox;

import io.vmfactory.client.sandbox.Container;
import io.vmfactory.client.sandbox.ContainerSpec;
import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.client.sandbox.SandboxSpec;
import io.vmfactory.client.sandbox.TemplateRecipe;
import io.vmfactory.configs.time.Deadline;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;

/** Another example of docs/embedding.md: a template with a container, and a clone of it. */
final class EmbeddingTemplate {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private EmbeddingTemplate() {}

  /** Builds a template; each later call of {@link #run} is a clone of it. */
  static void build(SandboxRuntime runtime, ContainerSpec container) {
    TemplateRecipe recipe =
        TemplateRecipe.created("tools", container).withWarmUp(List.of("/bin/sh", "-c", ":"), LIMIT);
    runtime.buildTemplate(
        recipe, progress -> System.err.println(progress.getStep()), Deadline.after(LIMIT));
  }

  /** Runs a command as the first process of a clone's container. Returns its exit status. */
  static int run(SandboxRuntime runtime, List<String> command, PrintStream out) throws IOException {
    SandboxSpec spec = SandboxSpec.defaults().withTemplate("tools");
    try (Sandbox sandbox = runtime.create(spec, Deadline.after(LIMIT))) {
      sandbox.start(Deadline.after(LIMIT));
      Container container = sandbox.containers(Deadline.after(LIMIT)).get(0);
      container.start(process -> process.withArgs(command), Deadline.after(LIMIT));
      container.process().stdin().close();
      container.process().stdout().transferTo(out);
      return container.process().await(Deadline.after(LIMIT));
    }
  }
}
