package io.vmfactory.cli;

import io.vmfactory.client.sandbox.SandboxStatus;
import io.vmfactory.guest.ProcessInfo;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory ps} */
@Command(
    name = "ps",
    description = {
      "Lists the processes in the containers of one sandbox, or of all running sandboxes.",
      "PID is the process id in the container, VM PID the one in the VM. A suspended sandbox has"
          + " one line, with the command of its container."
    },
    footer = {
      "  vmfactory ps",
      "  vmfactory ps web1",
      "  vmfactory ps web1/c0 --json | jq '.processes[].commandLine'"
    })
final class PsCommand implements Callable<Integer> {
  private static final String SUSPENDED = "suspended";

  @ParentCommand private VmFactoryCommand root;

  @Parameters(
      arity = "0..1",
      paramLabel = "SANDBOX[/CONTAINER]",
      description = "Only this sandbox or container (default: all).")
  private String where = "";

  @Option(names = "--json", description = "Print the processes as JSON.")
  private boolean json;

  /**
   * A process.
   *
   * @param container empty if the sandbox is suspended
   * @param process null if the sandbox is suspended
   */
  private record Row(
      String sandbox, String container, @Nullable ProcessInfo process, String command) {}

  @Override
  public Integer call() {
    List<Row> rows =
        RunningSandboxes.ask(
            root,
            where,
            (sandbox, container, deadline) ->
                container.processes(deadline).stream()
                    .map(process -> row(sandbox, container.id(), process)),
            status -> Stream.of(suspended(status)));
    if (json) {
      root.print(
          JsonValue.object()
              .with("processes", JsonValue.array(rows.stream().map(PsCommand::json).toList())));
    } else {
      root.printTable(table(rows).lines(0));
    }
    return Exit.OK.code();
  }

  private static Row row(String sandbox, String container, ProcessInfo process) {
    return new Row(sandbox, container, process, String.join(" ", process.commandLine()));
  }

  private static Row suspended(SandboxStatus status) {
    String command = ProcessAnnotation.commandLine(status.annotations());
    return new Row(status.id(), "", null, command);
  }

  private static TextTable table(List<Row> rows) {
    TextTable table =
        new TextTable(
            "SANDBOX", "CONTAINER", "PID", "VM PID", "UID", "STATE", "CPU", "MEMORY", "COMMAND");
    for (Row row : rows) {
      ProcessInfo process = row.process();
      if (process == null) {
        table.row(row.sandbox(), "", "", "", "", SUSPENDED, "", "", row.command());
      } else {
        table.row(
            row.sandbox(),
            row.container(),
            Integer.toString(process.containerPid()),
            Integer.toString(process.pid()),
            Integer.toString(process.uid()),
            process.state(),
            Show.micros(process.cpu().toNanos() / 1000),
            Show.kib(process.residentKib()),
            row.command());
      }
    }
    return table;
  }

  private static JsonValue json(Row row) {
    ProcessInfo process = row.process();
    JsonValue json =
        JsonValue.object().with("sandbox", row.sandbox()).with("container", row.container());
    if (process == null) {
      return json.with("state", SUSPENDED);
    }
    return json.with("pid", process.containerPid())
        .with("vmPid", process.pid())
        .with("vmParentPid", process.parentPid())
        .with("uid", process.uid())
        .with("state", process.state())
        .with("cpuMillis", process.cpu().toMillis())
        .with("residentKib", process.residentKib())
        .with("commandLine", JsonValue.texts(process.commandLine()));
  }
}
