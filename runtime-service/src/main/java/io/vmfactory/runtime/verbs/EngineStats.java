package io.vmfactory.runtime.verbs;

import com.google.protobuf.MessageLite;
import io.vmfactory.api.containerd.cgroups.v1.BlkIOEntry;
import io.vmfactory.api.containerd.cgroups.v1.BlkIOStat;
import io.vmfactory.api.containerd.cgroups.v1.CPUUsage;
import io.vmfactory.api.containerd.cgroups.v1.MemoryEntry;
import io.vmfactory.api.containerd.cgroups.v1.NetworkStat;
import io.vmfactory.api.containerd.cgroups.v1.Throttle;
import io.vmfactory.api.containerd.cgroups.v2.CPUStat;
import io.vmfactory.api.containerd.cgroups.v2.IOEntry;
import io.vmfactory.api.containerd.cgroups.v2.IOStat;
import io.vmfactory.api.containerd.cgroups.v2.MemoryStat;
import io.vmfactory.api.containerd.cgroups.v2.PidsStat;
import io.vmfactory.api.runtime.v1.EncodedMessage;
import io.vmfactory.guest.ContainerStats;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What a container uses, as containerd takes it: in the form of the host's version of control
 * groups, though the figures are the guest's.
 */
final class EngineStats {
  /** Exists on a host with version 2 only. */
  private static final Path VERSION_2 = Path.of("/sys/fs/cgroup/cgroup.controllers");

  private EngineStats() {}

  /** Returns the message for this host. */
  static EncodedMessage of(ContainerStats stats) {
    return of(stats, Files.exists(VERSION_2));
  }

  static EncodedMessage of(ContainerStats stats, boolean version2) {
    return version2
        ? encoded("io.containerd.cgroups.v2.Metrics", version2(stats))
        : encoded("io.containerd.cgroups.v1.Metrics", version1(stats));
  }

  private static EncodedMessage encoded(String type, MessageLite message) {
    return EncodedMessage.newBuilder().setTypeUrl(type).setValue(message.toByteString()).build();
  }

  private static io.vmfactory.api.containerd.cgroups.v2.Metrics version2(ContainerStats stats) {
    long cache = stats.memory().cache();
    return io.vmfactory.api.containerd.cgroups.v2.Metrics.newBuilder()
        .setPids(PidsStat.newBuilder().setCurrent(stats.pids()).setLimit(stats.pidsLimit()))
        .setCpu(
            CPUStat.newBuilder()
                .setUsageUsec(TimeUnit.NANOSECONDS.toMicros(stats.cpu().toNanos()))
                .setThrottledUsec(TimeUnit.NANOSECONDS.toMicros(stats.throttled().toNanos())))
        .setMemory(
            MemoryStat.newBuilder()
                .setAnon(Math.max(0, stats.memory().usage() - cache))
                .setFile(cache)
                .setUsage(stats.memory().usage())
                .setUsageLimit(stats.memory().limit()))
        .setIo(
            IOStat.newBuilder()
                .addUsage(
                    IOEntry.newBuilder()
                        .setRbytes(stats.io().readBytes())
                        .setWbytes(stats.io().writtenBytes())))
        .build();
  }

  private static io.vmfactory.api.containerd.cgroups.v1.Metrics version1(ContainerStats stats) {
    return io.vmfactory.api.containerd.cgroups.v1.Metrics.newBuilder()
        .setPids(
            io.vmfactory.api.containerd.cgroups.v1.PidsStat.newBuilder()
                .setCurrent(stats.pids())
                .setLimit(stats.pidsLimit()))
        .setCpu(
            io.vmfactory.api.containerd.cgroups.v1.CPUStat.newBuilder()
                .setUsage(CPUUsage.newBuilder().setTotal(stats.cpu().toNanos()))
                .setThrottling(Throttle.newBuilder().setThrottledTime(stats.throttled().toNanos())))
        .setMemory(memory(stats.memory()))
        .setBlkio(
            BlkIOStat.newBuilder()
                .addIoServiceBytesRecursive(bytes("Read", stats.io().readBytes()))
                .addIoServiceBytesRecursive(bytes("Write", stats.io().writtenBytes())))
        .addAllNetwork(networks(stats))
        .build();
  }

  private static io.vmfactory.api.containerd.cgroups.v1.MemoryStat.Builder memory(
      ContainerStats.Memory memory) {
    long rss = Math.max(0, memory.usage() - memory.cache());
    return io.vmfactory.api.containerd.cgroups.v1.MemoryStat.newBuilder()
        .setCache(memory.cache())
        .setRss(rss)
        .setTotalCache(memory.cache())
        .setTotalRss(rss)
        .setUsage(MemoryEntry.newBuilder().setLimit(memory.limit()).setUsage(memory.usage()));
  }

  private static BlkIOEntry bytes(String operation, long count) {
    return BlkIOEntry.newBuilder().setOp(operation).setValue(count).build();
  }

  private static List<NetworkStat> networks(ContainerStats stats) {
    return stats.networks().stream()
        .map(
            it ->
                NetworkStat.newBuilder()
                    .setName(it.name())
                    .setRxBytes(it.receivedBytes())
                    .setTxBytes(it.sentBytes())
                    .build())
        .toList();
  }
}
