package io.vmfactory.runtime.verbs;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.vmfactory.api.runtime.v1.EncodedMessage;
import io.vmfactory.guest.ContainerStats;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class EngineStatsTest {
  private static final ContainerStats STATS =
      new ContainerStats(
          Duration.ofNanos(5_000_001),
          Duration.ofMillis(3),
          new ContainerStats.Memory(1000, 400, 5000),
          2,
          7,
          new ContainerStats.Io(10, 20),
          List.of(new ContainerStats.Network("eth0", 30, 40)));

  @Test
  void hostsWithVersion1GetItsMessage() throws InvalidProtocolBufferException {
    EncodedMessage encoded = EngineStats.of(STATS, false);
    assertThat(encoded.getTypeUrl()).isEqualTo("io.containerd.cgroups.v1.Metrics");
    var metrics = io.vmfactory.api.containerd.cgroups.v1.Metrics.parseFrom(encoded.getValue());
    assertThat(metrics.getCpu().getUsage().getTotal()).isEqualTo(5_000_001);
    assertThat(metrics.getCpu().getThrottling().getThrottledTime()).isEqualTo(3_000_000);
    assertThat(metrics.getMemory().getUsage().getUsage()).isEqualTo(1000);
    assertThat(metrics.getMemory().getUsage().getLimit()).isEqualTo(5000);
    assertThat(metrics.getMemory().getRss()).isEqualTo(600);
    assertThat(metrics.getPids().getCurrent()).isEqualTo(2);
    assertThat(metrics.getBlkio().getIoServiceBytesRecursive(1).getOp()).isEqualTo("Write");
    assertThat(metrics.getBlkio().getIoServiceBytesRecursive(1).getValue()).isEqualTo(20);
    assertThat(metrics.getNetwork(0).getTxBytes()).isEqualTo(40);
  }

  @Test
  void hostsWithVersion2GetItsMessage() throws InvalidProtocolBufferException {
    EncodedMessage encoded = EngineStats.of(STATS, true);
    assertThat(encoded.getTypeUrl()).isEqualTo("io.containerd.cgroups.v2.Metrics");
    var metrics = io.vmfactory.api.containerd.cgroups.v2.Metrics.parseFrom(encoded.getValue());
    assertThat(metrics.getCpu().getUsageUsec()).isEqualTo(5000);
    assertThat(metrics.getCpu().getThrottledUsec()).isEqualTo(3000);
    assertThat(metrics.getMemory().getUsage()).isEqualTo(1000);
    assertThat(metrics.getMemory().getAnon()).isEqualTo(600);
    assertThat(metrics.getMemory().getFile()).isEqualTo(400);
    assertThat(metrics.getPids().getLimit()).isEqualTo(7);
    assertThat(metrics.getIo().getUsage(0).getWbytes()).isEqualTo(20);
  }
}
