package io.vmfactory.harness.storm;

import io.vmfactory.api.v1.GetVmRequest;
import io.vmfactory.configs.time.Deadline;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What one client does with snapshots: forks, pauses and stores its VMs, and uses the templates
 * that this makes. Confined to the client's thread.
 */
final class SnapshotClient {
  /** The name whose versions all clients make and remove at once. */
  static final String COMMON = "common";

  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final int MOST_VERSIONS = 4;

  private final String own;
  private final Dice dice;
  private final Hand hand;
  private final RecordedCalls calls;
  private final RecordedTemplates templates;
  private final GetVmRequest request;
  private final Path image;

  /**
   * Makes the part of a client that deals with snapshots.
   *
   * @param own the name of the templates that only this client uses
   * @param request what a request for a VM says, besides the template
   * @param image what the client attaches as a drive
   */
  SnapshotClient(
      String own, Dice dice, Hand hand, Recorded recorded, GetVmRequest request, Path image) {
    this.own = own;
    this.dice = dice;
    this.hand = hand;
    this.calls = recorded.calls();
    this.templates = recorded.templates();
    this.request = request;
    this.image = image;
  }

  /** The two kinds of calls. */
  record Recorded(RecordedCalls calls, RecordedTemplates templates) {}

  /**
   * Does one thing with a VM in the hand that runs. Returns it as it is then, or empty if the hand
   * has it no more. Clones go to {@code use}.
   */
  Optional<Grant> copy(Grant grant, Consumer<Grant> use) {
    Grant source = grant;
    if (!source.canBeCopied()) {
      return Optional.of(source);
    }
    if (source.layers() == 0 && dice.chance(30)) {
      calls.attach(source, image);
    }
    int choice = dice.below(100);
    if (choice < 40) {
      return Optional.of(fork(source, use));
    } else if (choice < 60) {
      return Optional.of(pause(source, use));
    } else if (choice < 85) {
      templates.store(source, name(), false);
      return Optional.of(hand.put(source, source.copied()));
    }
    return suspend(source, use);
  }

  private Grant fork(Grant source, Consumer<Grant> use) {
    Duration lasting = Duration.ofSeconds(request.getLeaseTtl().getSeconds());
    List<Grant> clones = calls.fork(source, dice.between(1, 3), lasting);
    clones.forEach(hand::take);
    clones.forEach(use);
    return hand.put(source, source.copied());
  }

  /** A VM that is not resumed here is found paused at a later step, perhaps by another daemon. */
  private Grant pause(Grant source, Consumer<Grant> use) {
    Grant paused = hand.put(source, calls.pause(source));
    if (dice.chance(40)) {
      paused = fork(paused, use);
    }
    return dice.chance(60) ? resume(paused) : paused;
  }

  /** Lets a VM run again; returns it, still marked as paused if that failed. */
  Grant resume(Grant paused) {
    return hand.put(paused, calls.resume(paused));
  }

  /** Stores the VM and ends it, then gets a clone: a suspended sandbox that is resumed. */
  private Optional<Grant> suspend(Grant source, Consumer<Grant> use) {
    if (!templates.store(source, own, true)) {
      return Optional.of(hand.put(source, source.copied()));
    }
    hand.forget(source);
    if (dice.chance(80)) {
      get(StoredTemplate.named(own), use);
    }
    return Optional.empty();
  }

  private String name() {
    return dice.chance(70) ? own : COMMON;
  }

  private void get(StoredTemplate template, Consumer<Grant> use) {
    Optional<Grant> clone = templates.get(template, request, Deadline.after(PATIENCE));
    clone.ifPresent(hand::take);
    clone.ifPresent(use);
  }

  /** Does one thing with a template that is there, or nothing. */
  void useTemplate(Consumer<Grant> use) {
    String name = name();
    List<StoredTemplate> versions = templates.versions(name);
    if (versions.isEmpty()) {
      return;
    }
    StoredTemplate one = dice.of(versions);
    int choice = versions.size() > MOST_VERSIONS ? 99 : dice.below(100);
    if (choice < 30) {
      get(StoredTemplate.named(name), use);
    } else if (choice < 55) {
      get(one, use);
    } else if (choice < 70) {
      templates.rollBack(one);
    } else if (choice < 80) {
      templates.remove(one);
    } else if (choice < 90) {
      templates.keep(name, dice.below(2), dice.below(2));
    } else {
      templates.prune(name, dice.below(2));
    }
  }

  /** Removes what only this client uses. */
  void removeOwn() {
    if (!templates.versions(own).isEmpty()) {
      templates.removeAll(own);
    }
  }
}
