package io.vmfactory.cli;

import io.vmfactory.guest.ContainerStats;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory stats} */
@Command(
    name = "stats",
    description =
        "Shows the resource usage of the containers of one sandbox, or of all running sandboxes.",
    footer = {
      "  vmfactory stats",
      "  vmfactory stats web1",
      "  vmfactory stats web1 --json | jq '.containers[].memory.usage'"
    })
final class StatsCommand implements Callable<Integer> {
  @ParentCommand private VmFactoryCommand root;

  @Parameters(
      arity = "0..1",
      paramLabel = "SANDBOX[/CONTAINER]",
      description = "Only this sandbox or container (default: all).")
  private String where = "";

  @Option(names = "--json", description = "Print the usage as JSON, in bytes and nanoseconds.")
  private boolean json;

  private record Row(String sandbox, String container, ContainerStats stats) {}

  @Override
  public Integer call() {
    List<Row> rows =
        RunningSandboxes.ask(
            root,
            where,
            (sandbox, container, deadline) ->
                Stream.of(new Row(sandbox, container.id(), container.stats(deadline))));
    if (json) {
      root.print(
          JsonValue.object()
              .with("containers", JsonValue.array(rows.stream().map(StatsCommand::json).toList())));
    } else {
      root.printTable(table(rows).lines(0));
    }
    return Exit.OK.code();
  }

  private static TextTable table(List<Row> rows) {
    TextTable table =
        new TextTable(
            "SANDBOX",
            "CONTAINER",
            "CPU",
            "THROTTLED",
            "MEMORY",
            "CACHE",
            "LIMIT",
            "PIDS",
            "READ",
            "WRITTEN");
    for (Row row : rows) {
      ContainerStats stats = row.stats();
      ContainerStats.Memory memory = stats.memory();
      table.row(
          row.sandbox(),
          row.container(),
          Show.micros(stats.cpu().toNanos() / 1000),
          Show.micros(stats.throttled().toNanos() / 1000),
          bytes(memory.usage()),
          bytes(memory.cache()),
          memory.limit() == 0 ? "" : bytes(memory.limit()),
          Long.toString(stats.pids()),
          bytes(stats.io().readBytes()),
          bytes(stats.io().writtenBytes()));
    }
    return table;
  }

  private static String bytes(long bytes) {
    return Show.kib(bytes / 1024);
  }

  private static JsonValue json(Row row) {
    ContainerStats stats = row.stats();
    return JsonValue.object()
        .with("sandbox", row.sandbox())
        .with("container", row.container())
        .with("cpu", stats.cpu().toNanos())
        .with("throttled", stats.throttled().toNanos())
        .with(
            "memory",
            JsonValue.object()
                .with("usage", stats.memory().usage())
                .with("cache", stats.memory().cache())
                .with("limit", stats.memory().limit()))
        .with("pids", stats.pids())
        .with("pidsLimit", stats.pidsLimit())
        .with(
            "io",
            JsonValue.object()
                .with("read", stats.io().readBytes())
                .with("written", stats.io().writtenBytes()))
        .with(
            "networks",
            JsonValue.array(stats.networks().stream().map(StatsCommand::json).toList()));
  }

  private static JsonValue json(ContainerStats.Network network) {
    return JsonValue.object()
        .with("name", network.name())
        .with("received", network.receivedBytes())
        .with("sent", network.sentBytes());
  }
}
