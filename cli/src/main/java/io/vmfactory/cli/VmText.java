package io.vmfactory.cli;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Formats the replies of GetVm and GetBaseVm. */
final class VmText {
  private final List<String> lines = new ArrayList<>();

  private VmText() {}

  static List<String> lines(JsonValue reply, Instant now) {
    VmText view = new VmText();
    JsonValue vm = reply.get("vm");
    JsonValue lease = reply.get("lease");
    view.line("vm", vm.text("id"));
    view.line("lease", lease.text("id"));
    view.line("ends in", Show.until(lease.text("expiresAt"), now));
    view.line("route", route(reply));
    JsonValue template = reply.get("template");
    view.line("template", template.fields().isEmpty() ? "" : TemplateCommand.shown(template));
    view.line("size", Show.size(vm));
    view.line("hostname", vm.text("hostname"));
    view.line("pid", String.valueOf(vm.number("pid")));
    view.line("state", vm.text("state"));
    view.line("agent", vm.get("endpoints").text("agent"));
    view.line("qmp", vm.get("endpoints").text("qmp"));
    view.line("console", vm.get("endpoints").text("console"));
    view.line("time", Show.hops(reply.list("hops")));
    return view.lines;
  }

  private static String route(JsonValue reply) {
    String reason = reply.text("routeReason");
    return reply.text("route") + (reason.isEmpty() ? "" : " (" + reason + ")");
  }

  private void line(String name, String value) {
    if (!value.isEmpty()) {
      lines.add("%-9s %s".formatted(name, value));
    }
  }
}
