package io.vmfactory.guest.ttrpc;

import com.google.protobuf.ByteString;
import io.vmfactory.api.guest.v1.GetIdentityRequest;
import io.vmfactory.api.guest.v1.Identity;
import io.vmfactory.api.guest.v1.QuiesceRequest;
import io.vmfactory.api.guest.v1.QuiesceResponse;
import io.vmfactory.api.guest.v1.SetIdentityRequest;
import io.vmfactory.api.guest.v1.SetIdentityResponse;
import io.vmfactory.api.kata.CheckRequest;
import io.vmfactory.api.kata.GetMetricsRequest;
import io.vmfactory.api.kata.GuestDetailsRequest;
import io.vmfactory.api.kata.GuestDetailsResponse;
import io.vmfactory.api.kata.HealthCheckResponse.ServingStatus;
import io.vmfactory.api.kata.OnlineCPUMemRequest;
import io.vmfactory.api.kata.ReseedRandomDevRequest;
import io.vmfactory.api.kata.SetGuestDateTimeRequest;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestContainers;
import io.vmfactory.guest.GuestDetails;
import io.vmfactory.guest.GuestException;
import io.vmfactory.guest.GuestHooks;
import io.vmfactory.guest.GuestIdentity;
import io.vmfactory.guest.GuestNetwork;
import io.vmfactory.guest.GuestProcesses;
import io.vmfactory.guest.GuestSandbox;
import io.vmfactory.guest.HostName;
import io.vmfactory.guest.QuiesceReport;
import io.vmfactory.guest.Uniqueness;
import io.vmfactory.ttrpc.Rpc;
import io.vmfactory.vmm.NicAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * An agent at the other end of one {@link AgentConnection}. Converts records to protobuf and back.
 */
final class TtrpcAgent implements GuestAgent {
  /** Wanted limit of a clock's lateness; {@link #CLOCK_BOUND} is the limit on a busy host. */
  private static final Duration CLOCK_WISH = Duration.ofMillis(25);

  private static final Duration CLOCK_BOUND = Duration.ofMillis(50);
  private static final int CLOCK_WISHES = 5;
  private static final int CLOCK_TRIES = 20;

  private final AgentConnection connection;
  private final Runnable onClose;

  /** Whether the guest has answered on this connection, and so knows that its host is a new one. */
  private volatile boolean greeted;

  /**
   * @param onClose runs after the connection has been closed
   */
  TtrpcAgent(AgentConnection connection, Runnable onClose) {
    this.connection = connection;
    this.onClose = onClose;
  }

  /**
   * Makes one call, even if the guest still boots: the bytes wait in the VMM until it reads them.
   */
  @Override
  public Answer askServing(Deadline deadline) {
    var question = AgentRpcs.CHECK.with(CheckRequest.getDefaultInstance());
    AgentConnection.Exchange sent = connection.send(List.of(question), deadline);
    return () -> requireServing(sent);
  }

  private void requireServing(AgentConnection.Exchange sent) {
    var answer = sent.await(0, AgentRpcs.CHECK);
    if (answer.getStatus() != ServingStatus.SERVING) {
      throw new GuestException(
          GuestException.UNAVAILABLE, "the agent says it is " + answer.getStatus(), null);
    }
    greeted = true;
  }

  @Override
  public GuestDetails details(Deadline deadline) {
    GuestDetailsRequest request = GuestDetailsRequest.newBuilder().setMemBlockSize(true).build();
    GuestDetailsResponse answer = connection.call(AgentRpcs.GET_GUEST_DETAILS, request, deadline);
    return new GuestDetails(
        answer.getAgentDetails().getVersion(),
        answer.getMemBlockSizeBytes(),
        Set.copyOf(answer.getAgentDetails().getExtraFeaturesList()));
  }

  /**
   * Always sends names for the guest. Clones of an agent that does not accept names cannot be told
   * apart, so its UNIMPLEMENTED is a refusal like any other.
   */
  @Override
  public GuestHooks.Due makeUnique(Uniqueness unique, Deadline deadline) {
    Rpc.Call reseed = AgentRpcs.RESEED_RANDOM_DEV.with(entropy(unique));
    Rpc.Call rename = AgentRpcs.SET_IDENTITY.with(names(unique));
    try {
      // In one write, because each trip to a new guest takes milliseconds. The clock comes first,
      // so it is not late by what the others take. The names come last: at a new generation,
      // programs take new random bytes.
      SentClock sent = sendClock(unique.clock(), List.of(reseed, rename), deadline);
      var named = sent.named();
      correctClock(sent, unique.clock(), deadline);
      return new GuestHooks.Due(named.getRestoreHooks(), named.getRehearsals());
    } catch (GuestException e) {
      throw new GuestException(e.code(), "the guest is not unique: " + withCall(e), e);
    }
  }

  /** Returns the reason with the call that failed, of several. */
  private static String withCall(GuestException e) {
    return String.valueOf(e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
  }

  @Override
  public Answer startWake(WallClock clock, String hostname, Deadline deadline) {
    List<Rpc.Call> naming = hostname.isEmpty() ? List.of() : List.of(rename(hostname));
    SentClock sent = sendClock(clock, naming, deadline);
    return () -> requireAwake(sent, clock, deadline);
  }

  private void requireAwake(SentClock sent, WallClock clock, Deadline deadline) {
    try {
      correctClock(sent, clock, deadline);
    } catch (GuestException e) {
      throw new GuestException(e.code(), "the guest is not awake: " + withCall(e), e);
    }
  }

  private static Rpc.Call rename(String hostname) {
    HostName.require(hostname);
    return AgentRpcs.SET_IDENTITY.with(
        SetIdentityRequest.newBuilder().setHostname(hostname).build());
  }

  /**
   * Waits until the guest has acknowledged its clock. The clock is late by the duration of the
   * request. If a busy host makes that too long, the clock is sent again, alone.
   */
  private void correctClock(SentClock first, WallClock clock, Deadline deadline) {
    Duration late = first.awaitLateness();
    for (int tries = 1;
        late.compareTo(tries < CLOCK_WISHES ? CLOCK_WISH : CLOCK_BOUND) > 0;
        tries++) {
      if (tries == CLOCK_TRIES) {
        throw new GuestException(
            GuestException.UNAVAILABLE,
            "its clock could not be set within %d ms in %d tries; the host is too busy"
                .formatted(CLOCK_BOUND.toMillis(), CLOCK_TRIES),
            null);
      }
      late = sendClock(clock, List.of(), deadline).awaitLateness();
    }
  }

  /**
   * Sends the time of {@code clock}.
   *
   * @param others calls that follow it in the same write
   */
  private SentClock sendClock(WallClock clock, List<Rpc.Call> others, Deadline deadline) {
    List<Rpc.Call> calls = new ArrayList<>();
    if (!greeted) {
      calls.add(AgentRpcs.CHECK.with(CheckRequest.getDefaultInstance()));
    }
    long read = System.nanoTime();
    calls.add(AgentRpcs.SET_GUEST_DATE_TIME.with(time(clock.now())));
    calls.addAll(others);
    return new SentClock(read, calls.size() - 1, connection.send(calls, deadline));
  }

  /** A clock value that was sent to the guest. */
  private final class SentClock {
    private final long readNanos;
    private final AgentConnection.Exchange sent;
    private final int last;

    SentClock(long readNanos, int last, AgentConnection.Exchange sent) {
      this.readNanos = readNanos;
      this.last = last;
      this.sent = sent;
    }

    /** Waits for the answers. Returns that to SetIdentity, which was sent with it as the last. */
    SetIdentityResponse named() {
      return sent.await(last, AgentRpcs.SET_IDENTITY);
    }

    /** Waits until the guest has acknowledged it. Returns the most that its clock can be late. */
    Duration awaitLateness() {
      sent.await();
      greeted = true;
      return Duration.ofNanos(System.nanoTime() - readNanos);
    }
  }

  private static ReseedRandomDevRequest entropy(Uniqueness unique) {
    return ReseedRandomDevRequest.newBuilder()
        .setData(ByteString.copyFrom(unique.entropy()))
        .build();
  }

  private static SetIdentityRequest names(Uniqueness unique) {
    return SetIdentityRequest.newBuilder()
        .setHostname(unique.hostname())
        .setMachineId(unique.machineId())
        .setGeneration(unique.vm().value())
        .setMacPrefix(ByteString.copyFrom(NicAddress.prefix(unique.vm())))
        .build();
  }

  private static SetGuestDateTimeRequest time(Instant now) {
    return SetGuestDateTimeRequest.newBuilder()
        .setSec(now.getEpochSecond())
        .setUsec(now.get(ChronoField.MICRO_OF_SECOND))
        .build();
  }

  @Override
  public GuestIdentity identity(int randomBytes, Deadline deadline) {
    GetIdentityRequest request =
        GetIdentityRequest.newBuilder().setRandomBytes(randomBytes).build();
    Identity answer = connection.call(AgentRpcs.GET_IDENTITY, request, deadline);
    return new GuestIdentity(
        answer.getHostname(),
        answer.getMachineId(),
        answer.getBootId(),
        answer.getRandom().toByteArray(),
        Instant.EPOCH.plusNanos(answer.getRealtimeNanos()));
  }

  @Override
  public QuiesceReport quiesce(Deadline deadline) {
    QuiesceResponse answer =
        connection.call(AgentRpcs.QUIESCE, QuiesceRequest.getDefaultInstance(), deadline);
    return new QuiesceReport(answer.getZeroedKib(), answer.getUsedKib(), answer.getPossibleCpus());
  }

  @Override
  public void online(int vcpus, Deadline deadline) {
    OnlineCPUMemRequest request =
        OnlineCPUMemRequest.newBuilder().setWait(true).setNbCpus(vcpus).build();
    connection.call(AgentRpcs.ONLINE_CPU_MEM, request, deadline);
  }

  @Override
  public String metrics(Deadline deadline) {
    return connection
        .call(AgentRpcs.GET_METRICS, GetMetricsRequest.getDefaultInstance(), deadline)
        .getMetrics();
  }

  @Override
  public GuestSandbox sandbox() {
    return new TtrpcSandbox(connection);
  }

  @Override
  public GuestContainers containers() {
    return new TtrpcContainers(connection);
  }

  @Override
  public GuestProcesses processes() {
    return new TtrpcProcesses(connection);
  }

  @Override
  public GuestHooks hooks() {
    return new TtrpcHooks(connection);
  }

  @Override
  public GuestNetwork network() {
    return new TtrpcNetwork(connection);
  }

  @Override
  public CompletionStage<String> gone() {
    return connection.broken();
  }

  @Override
  public void close() {
    connection.close();
    onClose.run();
  }
}
