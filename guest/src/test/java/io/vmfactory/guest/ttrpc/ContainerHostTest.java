package io.vmfactory.guest.ttrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import io.vmfactory.api.guest.v1.Container;
import io.vmfactory.api.guest.v1.ListContainersResponse;
import io.vmfactory.api.guest.v1.ListProcessesResponse;
import io.vmfactory.api.guest.v1.Process;
import io.vmfactory.api.kata.AddARPNeighborsRequest;
import io.vmfactory.api.kata.BlkioStats;
import io.vmfactory.api.kata.BlkioStatsEntry;
import io.vmfactory.api.kata.CgroupStats;
import io.vmfactory.api.kata.CopyFileRequest;
import io.vmfactory.api.kata.CpuStats;
import io.vmfactory.api.kata.CpuUsage;
import io.vmfactory.api.kata.CreateSandboxRequest;
import io.vmfactory.api.kata.MemoryData;
import io.vmfactory.api.kata.MemoryStats;
import io.vmfactory.api.kata.NetworkStats;
import io.vmfactory.api.kata.OOMEvent;
import io.vmfactory.api.kata.PidsStats;
import io.vmfactory.api.kata.RemoveContainerRequest;
import io.vmfactory.api.kata.Routes;
import io.vmfactory.api.kata.SignalProcessRequest;
import io.vmfactory.api.kata.StatsContainerResponse;
import io.vmfactory.api.kata.ThrottlingData;
import io.vmfactory.api.kata.UpdateContainerRequest;
import io.vmfactory.api.kata.UpdateInterfaceRequest;
import io.vmfactory.api.kata.UpdateRoutesRequest;
import io.vmfactory.api.kata.VolumeStatsResponse;
import io.vmfactory.api.kata.VolumeUsage.Unit;
import io.vmfactory.api.kata.types.IPFamily;
import io.vmfactory.guest.ContainerInfo;
import io.vmfactory.guest.ContainerStats;
import io.vmfactory.guest.FakeAgent;
import io.vmfactory.guest.GuestFile;
import io.vmfactory.guest.GuestNetwork.Neighbour;
import io.vmfactory.guest.GuestNetwork.Nic;
import io.vmfactory.guest.GuestNetwork.Route;
import io.vmfactory.guest.GuestStorage;
import io.vmfactory.guest.ProcessInfo;
import io.vmfactory.guest.ProcessRef;
import io.vmfactory.guest.SandboxRequest;
import io.vmfactory.guest.VolumeUsage;
import io.vmfactory.guest.oci.ResourceLimits;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sandbox, containers and network: records become messages, and messages become records. */
final class ContainerHostTest extends ScriptedAgentTest {
  private static final Empty DONE = Empty.getDefaultInstance();

  // --- records to messages

  @Test
  void aSandboxTakesItsNamesAndItsStorages() throws Exception {
    answer("CreateSandbox", DONE);
    GuestStorage storage =
        new GuestStorage(
            "blk", List.of("a=1"), "/dev/vda", "ext4", List.of("ro"), "/run/kata-containers/r");

    agent
        .sandbox()
        .create(
            new SandboxRequest("s1", "web", List.of("nameserver 9.9.9.9"), List.of(storage), true),
            soon());

    CreateSandboxRequest sent = CreateSandboxRequest.parseFrom(last().payload());
    assertThat(sent.getSandboxId()).isEqualTo("s1");
    assertThat(sent.getHostname()).isEqualTo("web");
    assertThat(sent.getDnsList()).containsExactly("nameserver 9.9.9.9");
    assertThat(sent.getSandboxPidns()).isTrue();
    assertThat(sent.getStorages(0).getDriver()).isEqualTo("blk");
    assertThat(sent.getStorages(0).getDriverOptionsList()).containsExactly("a=1");
    assertThat(sent.getStorages(0).getSource()).isEqualTo("/dev/vda");
    assertThat(sent.getStorages(0).getFstype()).isEqualTo("ext4");
    assertThat(sent.getStorages(0).getOptionsList()).containsExactly("ro");
    assertThat(sent.getStorages(0).getMountPoint()).isEqualTo("/run/kata-containers/r");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1 << 20, (5 << 20) / 2})
  void aFileIsCopiedInPiecesThatAddUpToIt(int size) throws Exception {
    answer("CopyFile", DONE);
    byte[] content = new byte[size];
    new Random(3).nextBytes(content);

    agent.sandbox().copyFile(new GuestFile("/run/f", 0640, 0755, 1, 2, content), soon());

    var copied = new ByteArrayOutputStream();
    for (FakeAgent.Call call : fake.calls()) {
      CopyFileRequest chunk = CopyFileRequest.parseFrom(call.payload());
      assertThat(chunk.getOffset()).isEqualTo(copied.size());
      assertThat(chunk.getFileSize()).isEqualTo(size);
      assertThat(chunk.getFileMode()).isEqualTo(0100640);
      assertThat(chunk.getDirMode()).isEqualTo(0755);
      assertThat(List.of(chunk.getUid(), chunk.getGid())).containsExactly(1, 2);
      assertThat(chunk.getData().size()).isLessThanOrEqualTo(1 << 20);
      chunk.getData().writeTo(copied);
    }
    assertThat(copied.toByteArray()).isEqualTo(content);
    assertThat(fake.calls()).hasSize(Math.max(1, (size + (1 << 20) - 1) >> 20));
  }

  @Test
  void whatTheSandboxTells() {
    answer("GetOOMEvent", OOMEvent.newBuilder().setContainerId("web").build());
    answer(
        "GetVolumeStats",
        VolumeStatsResponse.newBuilder()
            .addUsage(usage(Unit.INODES, 70, 7, 63))
            .addUsage(usage(Unit.BYTES, 100, 40, 55))
            .build());

    assertThat(await(agent.sandbox().nextOom())).isEqualTo("web");
    assertThat(agent.sandbox().volume("/run/v", soon()))
        .isEqualTo(new VolumeUsage(100, 40, 55, 70, 7));
  }

  private static io.vmfactory.api.kata.VolumeUsage usage(
      Unit unit, long total, long used, long free) {
    return io.vmfactory.api.kata.VolumeUsage.newBuilder()
        .setUnit(unit)
        .setTotal(total)
        .setUsed(used)
        .setAvailable(free)
        .build();
  }

  @Test
  void aSignalGoesToOneProcessOrToAll() throws Exception {
    answer("SignalProcess", DONE);

    agent.processes().signal(new ProcessRef("web", "e1"), 15, soon());
    SignalProcessRequest one = SignalProcessRequest.parseFrom(last().payload());
    agent.processes().signalAll("web", 9, soon());
    SignalProcessRequest all = SignalProcessRequest.parseFrom(last().payload());

    assertThat(one.getContainerId() + one.getExecId() + one.getSignal()).isEqualTo("webe115");
    assertThat(all.getContainerId() + all.getExecId() + all.getSignal()).isEqualTo("web9");
  }

  @Test
  void graceIsRoundedUpForItsUnitIsSeconds() throws Exception {
    answer("RemoveContainer", DONE);

    agent.containers().remove("web", Duration.ofMillis(1), soon());
    int little = RemoveContainerRequest.parseFrom(last().payload()).getTimeout();
    agent.containers().remove("web", Duration.ZERO, soon());
    int endless = RemoveContainerRequest.parseFrom(last().payload()).getTimeout();
    agent.containers().remove("web", Duration.ofSeconds(3), soon());

    assertThat(List.of(little, endless)).containsExactly(1, 0);
    assertThat(RemoveContainerRequest.parseFrom(last().payload()).getTimeout()).isEqualTo(3);
  }

  @Test
  void onlyTheLimitsThatAreNamedAreSent() throws Exception {
    answer("UpdateContainer", DONE);

    agent.containers().update("web", new ResourceLimits(-1L, null, null, null, 5L), soon());

    var sent = UpdateContainerRequest.parseFrom(last().payload()).getResources();
    assertThat(sent.getMemory().getLimit()).isEqualTo(-1);
    assertThat(sent.getPids().getLimit()).isEqualTo(5);
    assertThat(sent.hasCPU()).isFalse();

    agent.containers().update("web", new ResourceLimits(null, 50L, 100L, 7L, null), soon());

    var cpu = UpdateContainerRequest.parseFrom(last().payload()).getResources();
    assertThat(List.of(cpu.getCPU().getQuota(), cpu.getCPU().getPeriod(), cpu.getCPU().getShares()))
        .containsExactly(50L, 100L, 7L);
    assertThat(cpu.hasMemory() || cpu.hasPids()).isFalse();
  }

  @Test
  void whatAContainerUses() {
    CgroupStats cgroup =
        CgroupStats.newBuilder()
            .setCpuStats(
                CpuStats.newBuilder()
                    .setCpuUsage(CpuUsage.newBuilder().setTotalUsage(1_500))
                    .setThrottlingData(ThrottlingData.newBuilder().setThrottledTime(30)))
            .setMemoryStats(
                MemoryStats.newBuilder()
                    .setCache(4)
                    .setUsage(MemoryData.newBuilder().setUsage(10).setLimit(-1L)))
            .setPidsStats(PidsStats.newBuilder().setCurrent(2).setLimit(9))
            .setBlkioStats(
                BlkioStats.newBuilder()
                    .addIoServiceBytesRecursive(io("Read", 1))
                    .addIoServiceBytesRecursive(io("write", 2))
                    .addIoServiceBytesRecursive(io("read", 4)))
            .build();
    NetworkStats eth0 =
        NetworkStats.newBuilder().setName("eth0").setRxBytes(8).setTxBytes(9).build();
    answer(
        "StatsContainer",
        StatsContainerResponse.newBuilder().setCgroupStats(cgroup).addNetworkStats(eth0).build());

    assertThat(agent.containers().stats("web", soon()))
        .isEqualTo(
            new ContainerStats(
                Duration.ofNanos(1_500),
                Duration.ofNanos(30),
                new ContainerStats.Memory(10, 4, 0),
                2,
                9,
                new ContainerStats.Io(5, 2),
                List.of(new ContainerStats.Network("eth0", 8, 9))));
  }

  private static BlkioStatsEntry io(String operation, long bytes) {
    return BlkioStatsEntry.newBuilder().setOp(operation).setValue(bytes).build();
  }

  @Test
  void containersAndProcessesAsTheGuestSeesThem() {
    answer(
        "ListContainers",
        ListContainersResponse.newBuilder()
            .addContainers(
                Container.newBuilder()
                    .setId("web")
                    .setState(Container.State.STOPPED)
                    .setExitStatus(139)
                    .setOomKilled(true)
                    .setCreatedAtNanos(1_000_000_001L))
            .build());
    answer(
        "ListProcesses",
        ListProcessesResponse.newBuilder()
            .addProcesses(process("sh\0-c\0\0"))
            .addProcesses(process("[sh]"))
            .build());

    assertThat(agent.containers().list(soon()))
        .containsExactly(
            new ContainerInfo(
                "web", ContainerInfo.State.STOPPED, 0, 139, true, Instant.ofEpochSecond(1, 1)));
    assertThat(agent.containers().processes("web", soon()))
        .extracting(ProcessInfo::commandLine)
        .containsExactly(List.of("sh", "-c", ""), List.of("[sh]"));
  }

  private static Process process(String commandLine) {
    return Process.newBuilder().setCommandLine(ByteString.copyFromUtf8(commandLine)).build();
  }

  // --- network

  @Test
  void anInterfaceKeepsItsPrefixLengthsBothWays() throws Exception {
    fake.script(
        "UpdateInterface",
        call -> call.reply(UpdateInterfaceRequest.parseFrom(call.payload()).getInterface()));
    Nic nic = new Nic("", "eth0", List.of("10.0.0.2/24", "fd00::2/64"), 1400, "02:00:00:00:00:01");

    assertThat(agent.network().update(nic, soon())).isEqualTo(nic);

    var sent = UpdateInterfaceRequest.parseFrom(last().payload()).getInterface();
    assertThat(sent.getIPAddresses(0).getMask()).isEqualTo("24");
    assertThat(sent.getIPAddresses(1).getFamily()).isEqualTo(IPFamily.v6);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                agent.network().update(new Nic("eth0", "eth0", List.of("10.0.0.2"), 0, ""), soon()))
        .withMessageContaining("10.0.0.2");
  }

  @Test
  void routesAndNeighboursAreOfTheFamilyOfTheirAddresses() throws Exception {
    fake.script(
        "UpdateRoutes",
        call -> call.reply(UpdateRoutesRequest.parseFrom(call.payload()).getRoutes()));
    answer("AddARPNeighbors", DONE);
    List<Route> routes =
        List.of(
            new Route("10.0.0.0/24", "", "eth0", "10.0.0.2", false),
            new Route("", "fd00::1", "eth0", "", true));

    assertThat(agent.network().updateRoutes(routes, soon())).isEqualTo(routes);
    Routes sent = UpdateRoutesRequest.parseFrom(last().payload()).getRoutes();
    agent.network().addNeighbours(List.of(new Neighbour("fd00::1", "eth0", "02:…")), soon());
    var neighbour = AddARPNeighborsRequest.parseFrom(last().payload()).getNeighbors();

    assertThat(sent.getRoutes(0).getFamily()).isEqualTo(IPFamily.v4);
    assertThat(sent.getRoutes(1).getFamily()).isEqualTo(IPFamily.v6);
    assertThat(neighbour.getARPNeighbors(0).getToIPAddress().getFamily()).isEqualTo(IPFamily.v6);
    assertThat(neighbour.getARPNeighbors(0).getState()).isEqualTo(0x80);
  }
}
