package io.vmfactory.cli;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Formats the reply of GetStatus. */
final class StatusView {
  private static final int INDENT = 2;

  private final JsonValue status;
  private final Instant now;
  private final List<String> lines = new ArrayList<>();

  private StatusView(JsonValue status, Instant now) {
    this.status = status;
    this.now = now;
  }

  /** Returns all lines. The last line is the one that Kata's factory prints. */
  static List<String> lines(JsonValue status, Instant now) {
    StatusView view = new StatusView(status, now);
    view.daemon();
    view.table("templates", view.templates());
    List<JsonValue> pools = status.list("pools");
    view.table("pools", PoolsView.table(pools));
    view.table("last failure of each pool", PoolsView.troubles(pools));
    view.table("VMs", view.vms());
    view.table("suspended VMs", view.suspended());
    view.table("base VMs, which were given away", view.baseVms());
    view.table("failures, newest first", view.failures());
    view.lines.add("");
    view.lines.add(lastLine(status.flag("on")));
    return view.lines;
  }

  static String lastLine(boolean on) {
    return "vm factory is " + (on ? "on" : "off");
  }

  private void daemon() {
    JsonValue hypervisor = status.get("hypervisor");
    String served =
        status.get("served").fields().entrySet().stream()
            .map(entry -> entry.getKey() + " " + entry.getValue())
            .collect(Collectors.joining(", "));
    lines.add(
        "daemon      vmfactory %s, pid %d, up %s"
            .formatted(
                status.text("version"),
                status.number("pid"),
                Show.age(status.text("startedAt"), now)));
    lines.add(
        "hypervisor  %s %s, %s (%s)"
            .formatted(
                hypervisor.text("path"),
                hypervisor.text("version"),
                hypervisor.text("accelerator"),
                hypervisor.text("acceleratorReason")));
    status.get("hypervisor").list("protections").forEach(this::protection);
    lines.add("served      " + (served.isEmpty() ? "nothing yet" : served));
    waiting(status.get("memoryBudget"), status.get("restores"));
  }

  private void protection(JsonValue found) {
    String answer = found.flag("present") ? "yes" : "no";
    lines.add("protection  %s %s: %s".formatted(found.text("name"), answer, found.text("why")));
  }

  /**
   * Adds the cost of the pools and the waiting requests. A daemon of another version may not report
   * them.
   */
  private void waiting(JsonValue budget, JsonValue restores) {
    if (!budget.fields().isEmpty()) {
      lines.add(
          "budget      %s of %s private memory, %d VMs in the pools"
              .formatted(
                  Show.kib(budget.number("privateKib")),
                  Show.kib(budget.number("budgetKib")),
                  budget.number("vms")));
    }
    if (!restores.fields().isEmpty()) {
      lines.add(
          "restores    %d of %d at once, %d of %d requests waiting"
              .formatted(
                  restores.number("inFlight"),
                  restores.number("limit"),
                  restores.number("waiting"),
                  restores.number("maxWaiting")));
    }
  }

  private void table(String title, TextTable table) {
    if (!table.isEmpty()) {
      lines.add("");
      lines.add(title);
      lines.addAll(table.lines(INDENT));
    }
  }

  private TextTable templates() {
    TextTable table = new TextTable("KEY", "VCPUS", "MEMORY", "ON DISK", "AGE", "STATE");
    for (JsonValue template : status.list("templates")) {
      table.row(
          Show.shortened(template.text("key")),
          String.valueOf(template.number("vcpus")),
          template.number("memoryMib") + " MiB",
          Show.kib(onDisk(template)),
          Show.age(template.text("createdAt"), now),
          name(template) + templateState(template));
    }
    return table;
  }

  private static String name(JsonValue template) {
    return template.text("name").isEmpty() ? "" : TemplateCommand.shown(template) + " ";
  }

  /** Returns the KiB that a template takes, with its drives. */
  static long onDisk(JsonValue template) {
    return template.number("memoryKib")
        + template.number("stateKib")
        + template.list("drives").stream().mapToLong(drive -> drive.number("kib")).sum();
  }

  static String templateState(JsonValue template) {
    if (!template.text("refused").isEmpty()) {
      return "refused: " + template.text("refused");
    }
    String fit = fit(template);
    return template.flag("loaded") ? fit + ", loaded" : fit;
  }

  private static String fit(JsonValue template) {
    if (!template.text("name").isEmpty()) {
      return template.flag("current") ? "current" : "old";
    }
    return template.flag("isDefault") ? "default" : "other shape";
  }

  private TextTable vms() {
    Map<String, JsonValue> leases = new HashMap<>();
    status.list("leases").forEach(lease -> leases.put(lease.text("vmId"), lease));
    List<JsonValue> vms = status.list("vms");
    boolean measured = vms.stream().anyMatch(vm -> !vm.get("memory").fields().isEmpty());
    TextTable table =
        measured
            ? new TextTable(
                "ID", "PID", "STATE", "ROUTE", "VCPUS", "MEMORY", "PRIVATE", "SHARED", "LEASE",
                "ENDS IN", "OWNER")
            : new TextTable(
                "ID", "PID", "STATE", "ROUTE", "VCPUS", "MEMORY", "LEASE", "ENDS IN", "OWNER");
    vms.forEach(
        vm -> table.row(vm(vm, leases.getOrDefault(vm.text("id"), JsonValue.object()), measured)));
    return table;
  }

  private TextTable suspended() {
    TextTable table =
        new TextTable("SANDBOX", "VCPUS", "MEMORY", "ON DISK", "AGE", "LEASE", "ENDS IN", "OWNER");
    for (JsonValue vm : status.list("suspended")) {
      JsonValue lease = vm.get("lease");
      table.row(
          vm.get("labels").text("vmfactory.sandbox"),
          String.valueOf(vm.number("vcpus")),
          vm.number("memoryMib") + " MiB",
          Show.kib(vm.number("diskKib")),
          Show.age(vm.text("suspendedAt"), now),
          lease.text("id"),
          Show.until(lease.text("expiresAt"), now),
          lease.text("owner"));
    }
    return table;
  }

  /** A daemon lists them to root and its own user only. */
  private TextTable baseVms() {
    TextTable table = new TextTable("ID", "PID", "ROUTE", "VCPUS", "MEMORY", "AGE");
    for (JsonValue vm : status.list("baseVms")) {
      table.row(
          Show.shortened(vm.text("id")),
          String.valueOf(vm.number("pid")),
          vm.text("route"),
          String.valueOf(vm.number("vcpus")),
          vm.number("memoryMib") + " MiB",
          Show.age(vm.text("createdAt"), now));
    }
    return table;
  }

  private String[] vm(JsonValue vm, JsonValue lease, boolean measured) {
    List<String> cells = new ArrayList<>();
    cells.add(Show.shortened(vm.text("id")));
    cells.add(String.valueOf(vm.number("pid")));
    cells.add(vm.text("state"));
    cells.add(vm.text("route"));
    cells.add(String.valueOf(vm.number("vcpus")));
    cells.add(vm.number("memoryMib") + " MiB");
    if (measured) {
      cells.add(Show.kib(vm.get("memory").number("privateKib")));
      cells.add(Show.kib(vm.get("memory").number("sharedKib")));
    }
    cells.add(lease.text("id"));
    cells.add(Show.until(lease.text("expiresAt"), now));
    cells.add(lease.text("owner"));
    return cells.toArray(String[]::new);
  }

  private TextTable failures() {
    TextTable table = new TextTable("AGE", "OPERATION", "CAUSE");
    for (JsonValue failure : status.list("failures")) {
      table.row(Show.age(failure.text("at"), now), failure.text("what"), failure.text("cause"));
    }
    return table;
  }
}
