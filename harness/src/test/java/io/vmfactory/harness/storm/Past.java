package io.vmfactory.harness.storm;

import io.vmfactory.guest.GuestIdentity;
import io.vmfactory.harness.storm.Operation.Kind;
import io.vmfactory.harness.storm.Operation.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A history made by hand, with times in seconds. Every operation that grants a lease grants 10 s
 * unless it says otherwise.
 */
final class Past {
  static final int TTL = 10;

  private final List<Operation> operations = new ArrayList<>();

  Past get(String vm, double start, double end) {
    return add(Kind.GET_PATIENT, Outcome.OK, vm, start, end, null);
  }

  Past base(String vm, double start, double end) {
    return add(Kind.GET_BASE, Outcome.OK, vm, start, end, null);
  }

  /** Adds a success with a version of the name "t", whose key is {@code key}. */
  Past template(Kind kind, String vm, int version, String key, double start, double end) {
    return add(kind, Outcome.OK, vm, new StoredTemplate("t", version, key), start, end, "version");
  }

  /** Adds a clone of the version that the name "t" meant. */
  Past byName(String vm, int version, String key, double start, double end) {
    StoredTemplate given = new StoredTemplate("t", version, key);
    return add(Kind.GET_NAMED, Outcome.OK, vm, given, start, end, TemplateRules.BARE);
  }

  /** Adds what became of an operation on a version of the name "t"; 0 = all versions. */
  Past template(Kind kind, Outcome outcome, int version, double start, double end) {
    return add(kind, outcome, "", StoredTemplate.version("t", version), start, end, "");
  }

  private Past add(
      Kind kind,
      Outcome outcome,
      String vm,
      StoredTemplate template,
      double start,
      double end,
      String detail) {
    operations.add(
        new Operation(
            "tester",
            kind,
            nanos(start),
            nanos(end),
            nanos(start + 60),
            outcome,
            vm,
            "",
            Duration.ZERO,
            null,
            template,
            detail));
    return this;
  }

  Past done(Kind kind, String vm, double start, double end) {
    return add(kind, Outcome.OK, vm, start, end, null);
  }

  Past refused(Kind kind, String vm, double start, double end) {
    return add(kind, Outcome.REFUSED, vm, start, end, null);
  }

  Past cut(Kind kind, String vm, double start, double end) {
    return add(kind, Outcome.UNKNOWN, vm, start, end, null);
  }

  /** Adds the VM's answer about its identity, with each of its names made of {@code name}. */
  Past identified(String vm, String name, String random, double at) {
    return identified(vm, new String[] {name, name, name}, random, at);
  }

  Past identified(String vm, String[] names, String random, double at) {
    GuestIdentity who =
        new GuestIdentity(
            names[0],
            names[1],
            names[2],
            random.getBytes(StandardCharsets.US_ASCII),
            Instant.EPOCH);
    return add(Kind.IDENTIFY, Outcome.OK, vm, at, at, who);
  }

  private Past add(
      Kind kind, Outcome outcome, String vm, double start, double end, GuestIdentity identity) {
    boolean leased = kind == Kind.GET_PATIENT || kind == Kind.RENEW || kind == Kind.VANISH;
    operations.add(
        new Operation(
            "tester",
            kind,
            nanos(start),
            nanos(end),
            nanos(start + 60),
            outcome,
            vm,
            vm.isEmpty() || kind == Kind.GET_BASE ? "" : "lease of " + vm,
            leased && outcome == Outcome.OK ? Duration.ofSeconds(TTL) : Duration.ZERO,
            identity,
            StoredTemplate.NONE,
            ""));
    return this;
  }

  private static long nanos(double seconds) {
    return (long) (seconds * 1e9);
  }

  List<String> complaints() {
    return Checker.complaints(operations);
  }
}
