package io.vmfactory.cli;

import io.vmfactory.client.sandbox.ContainerSpec;
import io.vmfactory.client.sandbox.DiskImage;
import io.vmfactory.client.sandbox.Readiness;
import io.vmfactory.client.sandbox.SandboxSpec;
import io.vmfactory.client.sandbox.TemplateRecipe;
import io.vmfactory.client.sandbox.TemplateRecipe.Command;
import io.vmfactory.client.sandbox.TemplateRecipe.Hooks;
import io.vmfactory.client.sandbox.TemplateRecipe.Start;
import io.vmfactory.configs.RecipeFile;
import io.vmfactory.configs.RecipeFile.Container;
import io.vmfactory.configs.RecipeFile.Ready;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.oci.OciProcess;
import io.vmfactory.images.RootfsImages;
import io.vmfactory.vmm.DriveMode;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Makes the recipe of the library from a recipe file: prepares the image and the specification.
 *
 * @param name the name of the template
 * @param file the content of the file
 * @param folder the folder in which relative paths begin
 */
record RecipeConversion(String name, RecipeFile file, Path folder) {

  /**
   * A recipe whose image exists.
   *
   * @param source the image and its specification; null if the recipe has none. Keep it open until
   *     the template is built.
   */
  record Prepared(TemplateRecipe recipe, ContainerSource.@Nullable Prepared source)
      implements AutoCloseable {
    @Override
    public void close() {
      if (source != null) {
        source.close();
      }
    }
  }

  Prepared prepare(VmFactoryCommand root) {
    RecipeFile.Source kind = file.container().source();
    if (kind == null) {
      return new Prepared(recipe(null, inherited(file.container())), null);
    }
    Container container = file.container();
    RootfsImages images = root.images().reportingTo(new ImageProgress(root));
    ContainerSource.Prepared source =
        ContainerSource.of(kind, container.place(), folder)
            .prepare(
                images,
                container.args(),
                !container.user().isEmpty(),
                UnaryOperator.identity(),
                Deadline.after(RunCommand.IMAGE_LIMIT));
    try {
      ContainerSpec spec =
          ContainerSpec.of(
              source.spec().with(process -> changed(process, container)),
              new DiskImage(source.image().path(), DriveMode.OVERLAY, source.image().fsType()));
      return new Prepared(recipe(spec, null), source);
    } catch (RuntimeException e) {
      source.close();
      throw e;
    }
  }

  private static OciProcess changed(OciProcess process, Container container) {
    OciProcess changed = process.withEnv(container.env()).withTerminal(container.terminal());
    changed = container.cwd().isEmpty() ? changed : changed.withCwd(container.cwd());
    return container.user().isEmpty()
        ? changed
        : ProcessOptions.withUser(changed, container.user());
  }

  /** Returns the change of the program of another template's container; null for none. */
  private static @Nullable UnaryOperator<OciProcess> inherited(Container container) {
    if (container.args().isEmpty() && container.env().isEmpty() && container.cwd().isEmpty()) {
      return null;
    }
    return process -> {
      OciProcess changed = process.withEnv(container.env());
      changed = container.args().isEmpty() ? changed : changed.withArgs(container.args());
      return container.cwd().isEmpty() ? changed : changed.withCwd(container.cwd());
    };
  }

  private TemplateRecipe recipe(
      @Nullable ContainerSpec container, @Nullable UnaryOperator<OciProcess> program) {
    SandboxSpec vm =
        SandboxSpec.defaults()
            .withSize(file.vcpus(), file.memoryMib())
            .withTemplate(file.from())
            .withAnnotations(ProcessAnnotation.of(List.of("(builds", "template", name + ")")));
    return new TemplateRecipe(
        name,
        vm,
        container,
        program,
        file.running() ? Start.RUNNING : Start.CREATED,
        readiness(file.ready()),
        file.warmUp().stream().map(RecipeConversion::command).toList(),
        new Hooks(hook(file.beforeSnapshot()), hook(file.afterRestore()), hook(file.rehearsal())));
  }

  private static Command command(RecipeFile.Command command) {
    return new Command(command.args(), command.limit());
  }

  private static @Nullable Command hook(RecipeFile.@Nullable Command command) {
    return command == null ? null : command(command);
  }

  private static @Nullable Readiness readiness(@Nullable Ready ready) {
    if (ready == null) {
      return null;
    }
    String word = ready.words().get(0);
    return switch (ready.sign()) {
      case COMMAND -> new Readiness.CommandSucceeds(ready.words(), ready.limit());
      case FILE -> new Readiness.FileExists(word, ready.limit());
      case PORT -> new Readiness.PortListens(Integer.parseInt(word), ready.limit());
      case LINE -> new Readiness.LineAppears(word, ready.limit());
    };
  }
}
