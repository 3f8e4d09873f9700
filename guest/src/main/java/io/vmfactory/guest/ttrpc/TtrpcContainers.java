package io.vmfactory.guest.ttrpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import io.vmfactory.api.guest.v1.Container;
import io.vmfactory.api.guest.v1.GetContainerProcessRequest;
import io.vmfactory.api.guest.v1.ListContainersRequest;
import io.vmfactory.api.guest.v1.ListContainersResponse;
import io.vmfactory.api.guest.v1.ListProcessesRequest;
import io.vmfactory.api.guest.v1.ListProcessesResponse;
import io.vmfactory.api.guest.v1.ProbeContainerRequest;
import io.vmfactory.api.guest.v1.ProbeContainerResponse;
import io.vmfactory.api.guest.v1.Process;
import io.vmfactory.api.guest.v1.ReuseContainerRequest;
import io.vmfactory.api.guest.v1.ReuseContainerResponse;
import io.vmfactory.api.kata.CreateContainerRequest;
import io.vmfactory.api.kata.LinuxCPU;
import io.vmfactory.api.kata.LinuxMemory;
import io.vmfactory.api.kata.LinuxPids;
import io.vmfactory.api.kata.LinuxResources;
import io.vmfactory.api.kata.PauseContainerRequest;
import io.vmfactory.api.kata.Program;
import io.vmfactory.api.kata.RemoveContainerRequest;
import io.vmfactory.api.kata.ResumeContainerRequest;
import io.vmfactory.api.kata.StartContainerRequest;
import io.vmfactory.api.kata.StatsContainerRequest;
import io.vmfactory.api.kata.StatsContainerResponse;
import io.vmfactory.api.kata.UpdateContainerRequest;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.ContainerInfo;
import io.vmfactory.guest.ContainerInfo.State;
import io.vmfactory.guest.ContainerRequest;
import io.vmfactory.guest.ContainerStats;
import io.vmfactory.guest.GuestContainers;
import io.vmfactory.guest.GuestException;
import io.vmfactory.guest.ProcessInfo;
import io.vmfactory.guest.oci.OciProcess;
import io.vmfactory.guest.oci.ResourceLimits;
import io.vmfactory.ttrpc.Rpc;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** The containers behind one {@link AgentConnection}. */
final class TtrpcContainers implements GuestContainers {
  private static final Rpc<Empty> CREATE_CONTAINER =
      AgentRpcs.agent("CreateContainer", Empty.parser());
  private static final Rpc<Empty> START_CONTAINER =
      AgentRpcs.agent("StartContainer", Empty.parser());
  private static final Rpc<Empty> REMOVE_CONTAINER =
      AgentRpcs.agent("RemoveContainer", Empty.parser());
  private static final Rpc<Empty> UPDATE_CONTAINER =
      AgentRpcs.agent("UpdateContainer", Empty.parser());
  private static final Rpc<StatsContainerResponse> STATS_CONTAINER =
      AgentRpcs.agent("StatsContainer", StatsContainerResponse.parser());
  private static final Rpc<Empty> PAUSE_CONTAINER =
      AgentRpcs.agent("PauseContainer", Empty.parser());
  private static final Rpc<Empty> RESUME_CONTAINER =
      AgentRpcs.agent("ResumeContainer", Empty.parser());
  private static final Rpc<ListContainersResponse> LIST_CONTAINERS =
      AgentRpcs.guest("ListContainers", ListContainersResponse.parser());
  private static final Rpc<ListProcessesResponse> LIST_PROCESSES =
      AgentRpcs.guest("ListProcesses", ListProcessesResponse.parser());

  private static final Rpc<ReuseContainerResponse> REUSE_CONTAINER =
      AgentRpcs.guest("ReuseContainer", ReuseContainerResponse.parser());

  private static final Rpc<ProbeContainerResponse> PROBE_CONTAINER =
      AgentRpcs.guest("ProbeContainer", ProbeContainerResponse.parser());

  private static final Rpc<io.vmfactory.api.kata.Process> GET_CONTAINER_PROCESS =
      AgentRpcs.guest("GetContainerProcess", io.vmfactory.api.kata.Process.parser());

  private static final int INTERNAL = 13;

  private final AgentConnection connection;

  TtrpcContainers(AgentConnection connection) {
    this.connection = connection;
  }

  @Override
  public void create(ContainerRequest request, Deadline deadline) {
    CreateContainerRequest message =
        CreateContainerRequest.newBuilder()
            .setContainerId(request.id())
            .setExecId(request.id())
            .setOCI(request.spec().proto())
            .addAllStorages(TtrpcSandbox.storages(request.storages()))
            .setSandboxPidns(request.sharedPids())
            .setProgramAtStart(request.programAtStart())
            .build();
    connection.call(CREATE_CONTAINER, message, deadline);
  }

  @Override
  public void start(String id, Deadline deadline) {
    StartContainerRequest request = StartContainerRequest.newBuilder().setContainerId(id).build();
    connection.call(START_CONTAINER, request, deadline);
  }

  @Override
  public void start(String id, OciProcess program, Deadline deadline) {
    Program.Builder chosen =
        Program.newBuilder()
            .addAllArgs(program.args())
            .addAllEnv(program.env())
            .setCwd(program.cwd());
    StartContainerRequest request =
        StartContainerRequest.newBuilder().setContainerId(id).setProgram(chosen).build();
    connection.call(START_CONTAINER, request, deadline);
  }

  @Override
  public void reuse(String id, String newId, OciProcess program, Deadline deadline) {
    ReuseContainerRequest request =
        ReuseContainerRequest.newBuilder()
            .setContainerId(id)
            .setNewId(newId)
            .setProcess(program.proto())
            .build();
    connection.call(REUSE_CONTAINER, request, deadline);
  }

  /** Converts the grace to the wire's whole seconds; zero means no limit. */
  @Override
  public void remove(String id, Duration grace, Deadline deadline) {
    long seconds = grace.plusSeconds(1).minusNanos(1).toSeconds();
    RemoveContainerRequest request =
        RemoveContainerRequest.newBuilder().setContainerId(id).setTimeout((int) seconds).build();
    connection.call(REMOVE_CONTAINER, request, deadline);
  }

  @Override
  public void update(String id, ResourceLimits limits, Deadline deadline) {
    UpdateContainerRequest request =
        UpdateContainerRequest.newBuilder()
            .setContainerId(id)
            .setResources(resources(limits))
            .build();
    connection.call(UPDATE_CONTAINER, request, deadline);
  }

  private static LinuxResources resources(ResourceLimits limits) {
    LinuxResources.Builder resources = LinuxResources.newBuilder();
    if (limits.memoryBytes() != null) {
      resources.setMemory(LinuxMemory.newBuilder().setLimit(limits.memoryBytes()));
    }
    if (limits.pids() != null) {
      resources.setPids(LinuxPids.newBuilder().setLimit(limits.pids()));
    }
    LinuxCPU.Builder cpu = LinuxCPU.newBuilder();
    if (limits.cpuQuotaMicros() != null) {
      cpu.setQuota(limits.cpuQuotaMicros());
    }
    if (limits.cpuPeriodMicros() != null) {
      cpu.setPeriod(limits.cpuPeriodMicros());
    }
    if (limits.cpuShares() != null) {
      cpu.setShares(limits.cpuShares());
    }
    if (!cpu.build().equals(LinuxCPU.getDefaultInstance())) {
      resources.setCPU(cpu);
    }
    return resources.build();
  }

  @Override
  public ContainerStats stats(String id, Deadline deadline) {
    StatsContainerRequest request = StatsContainerRequest.newBuilder().setContainerId(id).build();
    return StatsAnswer.read(connection.call(STATS_CONTAINER, request, deadline));
  }

  @Override
  public void pause(String id, Deadline deadline) {
    PauseContainerRequest request = PauseContainerRequest.newBuilder().setContainerId(id).build();
    connection.call(PAUSE_CONTAINER, request, deadline);
  }

  @Override
  public void resume(String id, Deadline deadline) {
    ResumeContainerRequest request = ResumeContainerRequest.newBuilder().setContainerId(id).build();
    connection.call(RESUME_CONTAINER, request, deadline);
  }

  @Override
  public List<ContainerInfo> list(Deadline deadline) {
    return connection
        .call(LIST_CONTAINERS, ListContainersRequest.getDefaultInstance(), deadline)
        .getContainersList()
        .stream()
        .map(TtrpcContainers::info)
        .toList();
  }

  private static ContainerInfo info(Container container) {
    return new ContainerInfo(
        container.getId(),
        state(container),
        container.getPid(),
        container.getExitStatus(),
        container.getOomKilled(),
        Instant.EPOCH.plusNanos(container.getCreatedAtNanos()));
  }

  private static State state(Container container) {
    return switch (container.getState()) {
      case CREATED -> State.CREATED;
      case RUNNING -> State.RUNNING;
      case PAUSED -> State.PAUSED;
      case STOPPED -> State.STOPPED;
      case STATE_UNSPECIFIED, UNRECOGNIZED ->
          throw new GuestException(
              INTERNAL, "the agent names no known state of container " + container.getId(), null);
    };
  }

  @Override
  public OciProcess process(String id, Deadline deadline) {
    var request = GetContainerProcessRequest.newBuilder().setContainerId(id).build();
    return OciProcess.of(connection.call(GET_CONTAINER_PROCESS, request, deadline));
  }

  @Override
  public boolean hasFile(String id, String path, Deadline deadline) {
    var request = ProbeContainerRequest.newBuilder().setContainerId(id).setPath(path).build();
    return connection.call(PROBE_CONTAINER, request, deadline).getExists();
  }

  @Override
  public boolean listens(String id, int port, Deadline deadline) {
    var request = ProbeContainerRequest.newBuilder().setContainerId(id).setPort(port).build();
    return connection.call(PROBE_CONTAINER, request, deadline).getListens();
  }

  @Override
  public List<ProcessInfo> processes(String id, Deadline deadline) {
    ListProcessesRequest request = ListProcessesRequest.newBuilder().setContainerId(id).build();
    return connection.call(LIST_PROCESSES, request, deadline).getProcessesList().stream()
        .map(TtrpcContainers::process)
        .toList();
  }

  private static ProcessInfo process(Process process) {
    return new ProcessInfo(
        process.getPid(),
        process.getContainerPid(),
        process.getParentPid(),
        process.getUid(),
        process.getState(),
        Duration.ofMillis(process.getCpuMillis()),
        process.getResidentKib(),
        arguments(process.getCommandLine()));
  }

  /** Splits the arguments. Each ends with NUL, which the last one may lack. */
  private static List<String> arguments(ByteString commandLine) {
    String text = commandLine.toString(StandardCharsets.UTF_8);
    String separated = text.endsWith("\0") ? text.substring(0, text.length() - 1) : text;
    return List.of(separated.split("\0", -1));
  }
}
