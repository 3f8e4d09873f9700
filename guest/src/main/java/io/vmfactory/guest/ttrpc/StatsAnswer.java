package io.vmfactory.guest.ttrpc;

import io.vmfactory.api.kata.BlkioStatsEntry;
import io.vmfactory.api.kata.CgroupStats;
import io.vmfactory.api.kata.NetworkStats;
import io.vmfactory.api.kata.StatsContainerResponse;
import io.vmfactory.guest.ContainerStats;
import io.vmfactory.guest.ContainerStats.Io;
import io.vmfactory.guest.ContainerStats.Memory;
import io.vmfactory.guest.ContainerStats.Network;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Converts the answer to StatsContainer into a record. */
final class StatsAnswer {
  private StatsAnswer() {}

  static ContainerStats read(StatsContainerResponse answer) {
    CgroupStats cgroup = answer.getCgroupStats();
    return new ContainerStats(
        Duration.ofNanos(cgroup.getCpuStats().getCpuUsage().getTotalUsage()),
        Duration.ofNanos(cgroup.getCpuStats().getThrottlingData().getThrottledTime()),
        memory(cgroup),
        cgroup.getPidsStats().getCurrent(),
        limit(cgroup.getPidsStats().getLimit()),
        io(cgroup),
        answer.getNetworkStatsList().stream().map(StatsAnswer::network).toList());
  }

  private static Memory memory(CgroupStats cgroup) {
    return new Memory(
        cgroup.getMemoryStats().getUsage().getUsage(),
        cgroup.getMemoryStats().getCache(),
        limit(cgroup.getMemoryStats().getUsage().getLimit()));
  }

  /** The wire also uses the largest unsigned number for "no limit". */
  private static long limit(long wire) {
    return Math.max(0, wire);
  }

  private static Io io(CgroupStats cgroup) {
    List<BlkioStatsEntry> entries = cgroup.getBlkioStats().getIoServiceBytesRecursiveList();
    return new Io(sum(entries, "read"), sum(entries, "write"));
  }

  private static long sum(List<BlkioStatsEntry> entries, String operation) {
    return entries.stream()
        .filter(entry -> entry.getOp().toLowerCase(Locale.ROOT).equals(operation))
        .mapToLong(BlkioStatsEntry::getValue)
        .sum();
  }

  private static Network network(NetworkStats stats) {
    return new Network(stats.getName(), stats.getRxBytes(), stats.getTxBytes());
  }
}
