package io.vmfactory.client.sandbox;

import io.vmfactory.configs.Units;
import io.vmfactory.guest.oci.OciProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * How a template is built: a VM, a container in it, and how far its program has got. Start with
 * {@link #created} or {@link #running}, or with {@link #from} for a template made of another.
 *
 * @param name the name of the template: 1..63 of {@code [a-z0-9._-]}, the first a letter or digit
 * @param vm what the VM is made from, and its size; a template that it names brings its containers
 * @param container the new container; null for the container that was made last in the VM's
 *     template
 * @param program for the container of the VM's template: changes arguments, variables and directory
 *     of its program before it starts; null for none
 * @param start how far the program of the container has got in the template
 * @param ready when a running program is ready; null for as soon as it has begun
 * @param warmUp commands that run in the container one after another before the snapshot
 * @param hooks commands at the snapshot and after each restore
 */
public record TemplateRecipe(
    String name,
    SandboxSpec vm,
    @Nullable ContainerSpec container,
    @Nullable UnaryOperator<OciProcess> program,
    Start start,
    @Nullable Readiness ready,
    List<Command> warmUp,
    Hooks hooks) {
  public TemplateRecipe {
    warmUp = List.copyOf(warmUp);
  }

  /** How far the program of a template's container has got. */
  public enum Start {
    /** It begins in each clone, with arguments, variables and directory of its own. */
    CREATED,
    /** It runs. */
    RUNNING
  }

  /**
   * A command in the container. It must succeed.
   *
   * @param args program and arguments
   * @param limit how long it may take
   */
  public record Command(List<String> args, Duration limit) {
    public Command {
      args = List.copyOf(args);
    }

    /**
     * Returns why it has failed.
     *
     * @param late whether its time was over; otherwise {@code exitCode} says how it ended
     * @param output its last output, as the end of a sentence
     */
    String failure(boolean late, int exitCode, String output) {
      String how =
          late ? "has not ended after " + Units.text(limit) : "ended with exit code " + exitCode;
      return "%s %s%s".formatted(this, how, output);
    }

    @Override
    public String toString() {
      return String.join(" ", args);
    }
  }

  /**
   * Commands of the program for snapshots.
   *
   * @param beforeSnapshot runs before the snapshot; null for none
   * @param afterRestore runs in each clone before it is handed out; null for none
   * @param rehearsal runs before the snapshot, and again in each clone before it waits in a pool,
   *     so that what the clone will do next is in its memory; null for none
   */
  public record Hooks(
      @Nullable Command beforeSnapshot,
      @Nullable Command afterRestore,
      @Nullable Command rehearsal) {
    /** No hooks. */
    public static final Hooks NONE = new Hooks(null, null, null);
  }

  /** Returns a recipe for a template whose program begins in each clone. */
  public static TemplateRecipe created(String name, ContainerSpec container) {
    return new TemplateRecipe(
        name, SandboxSpec.defaults(), container, null, Start.CREATED, null, List.of(), Hooks.NONE);
  }

  /**
   * Returns a recipe for a template whose program runs.
   *
   * @param ready null for as soon as it has begun
   */
  public static TemplateRecipe running(
      String name, ContainerSpec container, @Nullable Readiness ready) {
    return new TemplateRecipe(
        name, SandboxSpec.defaults(), container, null, Start.RUNNING, ready, List.of(), Hooks.NONE);
  }

  /** Returns a recipe for a template made of another one, whose program has got as far as there. */
  public static TemplateRecipe from(String template, String name) {
    return new TemplateRecipe(
        name,
        SandboxSpec.defaults().withTemplate(template),
        null,
        null,
        Start.CREATED,
        null,
        List.of(),
        Hooks.NONE);
  }

  /**
   * Returns this recipe, which is made of another template, with its program running.
   *
   * @param change sets arguments, variables and directory: {@code p -> p.withArgs(List.of("ls"))}
   */
  public TemplateRecipe withProgram(UnaryOperator<OciProcess> change, @Nullable Readiness until) {
    return new TemplateRecipe(name, vm, container, change, Start.RUNNING, until, warmUp, hooks);
  }

  /** Returns this recipe for a template with another name. */
  public TemplateRecipe withName(String other) {
    return new TemplateRecipe(other, vm, container, program, start, ready, warmUp, hooks);
  }

  /** Returns this recipe with another VM. */
  public TemplateRecipe withVm(SandboxSpec other) {
    return new TemplateRecipe(name, other, container, program, start, ready, warmUp, hooks);
  }

  /** Returns this recipe with one more command before the snapshot. */
  public TemplateRecipe withWarmUp(List<String> args, Duration limit) {
    List<Command> more = new ArrayList<>(warmUp);
    more.add(new Command(args, limit));
    return new TemplateRecipe(name, vm, container, program, start, ready, more, hooks);
  }

  /** Returns this recipe with other hooks. */
  public TemplateRecipe withHooks(Hooks others) {
    return new TemplateRecipe(name, vm, container, program, start, ready, warmUp, others);
  }
}
