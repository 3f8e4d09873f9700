package io.vmfactory.vmm.qemu;

import io.vmfactory.vmm.Capability;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Finds out whether KVM runs an ordinary guest, by running one.
 *
 * @param device KVM's device file; if it is missing, no trial is made
 */
record KvmTrial(Trials trials, Path device, String cpu) {
  /** The limit of a trial. A healthy KVM needs about 60 ms, most of it for QEMU's own start. */
  private static final Duration LIMIT = Duration.ofMillis(700);

  private static final Duration PATIENT = Duration.ofSeconds(10);

  /**
   * The answer of the trial.
   *
   * @param conclusive whether the answer is valid until the host reboots
   */
  record Verdict(Capability answer, boolean conclusive) {}

  /**
   * @param control how long the same guest has just taken under TCG: a loaded host gets more time
   */
  Verdict run(Duration control) {
    if (!Files.isReadable(device) || !Files.isWritable(device)) {
      return new Verdict(no(device + " is missing or may not be opened by this user"), false);
    }
    Duration scaled = control.multipliedBy(5);
    Duration limit = scaled.compareTo(LIMIT) > 0 ? scaled : LIMIT;
    Trials.Outcome outcome = trials.guest("kvm", cpu, limit);
    if (!outcome.inTime() && outcome.steps().isEmpty()) {
      outcome = trials.guest("kvm", cpu, PATIENT);
    }
    return judge(outcome);
  }

  private Verdict judge(Trials.Outcome outcome) {
    if (outcome.passed()) {
      return new Verdict(Capability.yes("kvm", "a guest ran to its end"), true);
    }
    if (outcome.inTime()) {
      return new Verdict(no("this host's KVM refuses QEMU: " + error(outcome.said())), true);
    }
    if (outcome.steps().isEmpty()) {
      return new Verdict(no("a guest under KVM does not begin to run"), false);
    }
    String stage = ProbeGuest.lastStage(outcome.steps());
    return new Verdict(
        no(device + " opens, but a guest never gets past " + stage + " on this host's KVM"), true);
  }

  /** Warnings may precede QEMU's error, and an abort prints its own line after it. */
  private static String error(String said) {
    return said.lines()
        .filter(line -> line.contains("error"))
        .findFirst()
        .orElseGet(() -> said.lines().reduce("it said nothing", (first, last) -> last));
  }

  private static Capability no(String why) {
    return Capability.no("kvm", why);
  }
}
