package io.vmfactory.client.sandbox;

import io.vmfactory.api.v1.CreateTemplateProgress;
import io.vmfactory.api.v1.SnapshotVmResponse;
import io.vmfactory.api.v1.Template;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.client.sandbox.TemplateRecipe.Start;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.ContainerInfo;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Builds one template. Its sandbox is deleted at the end, however the build ends. */
final class TemplateBuild {
  private final SandboxRuntime runtime;
  private final RuntimeResources resources;
  private final TemplateRecipe recipe;
  private final BuildSteps steps;

  TemplateBuild(
      SandboxRuntime runtime,
      RuntimeResources resources,
      TemplateRecipe recipe,
      Consumer<CreateTemplateProgress> listener) {
    this.runtime = runtime;
    this.resources = resources;
    this.recipe = recipe;
    this.steps = new BuildSteps(count(recipe), listener);
  }

  private static int count(TemplateRecipe recipe) {
    return (int)
            Stream.of(
                    true, // vm
                    recipe.container() != null,
                    recipe.start() == Start.RUNNING,
                    recipe.ready() != null,
                    hasHooks(recipe),
                    true) // snapshot
                .filter(happens -> happens)
                .count()
        + recipe.warmUp().size();
  }

  private static boolean hasHooks(TemplateRecipe recipe) {
    return !recipe.hooks().equals(TemplateRecipe.Hooks.NONE);
  }

  Template run(Deadline deadline) {
    check();
    try (Sandbox sandbox = runtime.create(recipe.vm(), deadline)) {
      steps.run("vm", () -> sandbox.start(deadline), TemplateBuild::route);
      Container container = container(sandbox, deadline);
      BuildPreparation preparation =
          new BuildPreparation(sandbox, container, recipe, steps, deadline);
      if (recipe.start() == Start.CREATED) {
        preparation.warmUp();
      } else {
        preparation.begin();
      }
      if (hasHooks(recipe)) {
        steps.run("hooks", () -> hooks(sandbox, container, deadline), done -> "");
      }
      return steps
          .run("snapshot", () -> snapshot(sandbox, container, deadline), TemplateBuild::pause)
          .getTemplate();
    }
  }

  private boolean hooks(Sandbox sandbox, Container container, Deadline deadline) {
    new BuildHooks(sandbox.guest(deadline).hooks(), container.id(), recipe.hooks()).run(deadline);
    return true;
  }

  private static String route(SandboxStatus status) {
    SandboxVm vm = status.vm();
    return vm == null ? "" : vm.route();
  }

  private void check() {
    BuildHooks.check(recipe.hooks());
    if (recipe.container() == null && recipe.vm().template().isEmpty()) {
      throw invalid("a recipe needs a container, or a template that has one");
    }
    if (recipe.start() == Start.CREATED && (recipe.ready() != null || recipe.program() != null)) {
      throw invalid("only a program that runs in the template can be chosen, or be ready");
    }
    if (recipe.container() != null && recipe.program() != null) {
      throw invalid("the program of a new container is in its specification");
    }
  }

  private static SandboxException invalid(String message) {
    return new SandboxException(Reason.INVALID, message);
  }

  private Container container(Sandbox sandbox, Deadline deadline) {
    ContainerSpec spec = recipe.container();
    if (spec == null) {
      return inherited(sandbox, deadline);
    }
    ContainerSpec wanted = recipe.start() == Start.CREATED ? spec.withProgramAtStart() : spec;
    return steps.run("container", () -> sandbox.createContainer(wanted, deadline), Container::id);
  }

  /** Returns the container of the VM's template that was made last. */
  private Container inherited(Sandbox sandbox, Deadline deadline) {
    List<Container> all = sandbox.containers(deadline);
    if (all.isEmpty()) {
      throw invalid("template " + recipe.vm().template() + " has no container");
    }
    Container last = all.get(all.size() - 1);
    ContainerInfo.State state = last.status(deadline).state();
    boolean chosen = recipe.start() == Start.CREATED || recipe.program() != null;
    if (chosen && state != ContainerInfo.State.CREATED) {
      throw invalid(
          "the program of template %s runs already: start must be RUNNING, and its arguments,"
                  .formatted(recipe.vm().template())
              + " variables and directory cannot be chosen any more");
    }
    return last;
  }

  private SnapshotVmResponse snapshot(Sandbox sandbox, Container container, Deadline deadline) {
    Map<String, ContainerShape> shapes = new HashMap<>();
    sandbox.waiting().forEach(waiting -> shapes.put(waiting.id(), waiting.shape()));
    ContainerSpec made = recipe.container();
    if (made != null && recipe.start() == Start.CREATED) {
      shapes.put(container.id(), ContainerShape.of(made, List.of()));
    }
    SandboxStateLock state = new SandboxStateLock(sandbox.id(), resources.store());
    return new TemplateStoring(state, resources, shapes)
        .run(
            recipe.name(),
            container.id(),
            recipe.start(),
            sandbox.guest(deadline).containers(),
            deadline);
  }

  private static String pause(SnapshotVmResponse reply) {
    return "pause %d ms, %d KiB written"
        .formatted(reply.getPauseMicros() / 1000, reply.getWrittenKib());
  }
}
