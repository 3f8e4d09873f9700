package io.vmfactory.scripted;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestAgents;
import io.vmfactory.guest.GuestContainers;
import io.vmfactory.guest.GuestDetails;
import io.vmfactory.guest.GuestException;
import io.vmfactory.guest.GuestHook;
import io.vmfactory.guest.GuestHooks;
import io.vmfactory.guest.GuestIdentity;
import io.vmfactory.guest.GuestNetwork;
import io.vmfactory.guest.GuestProcesses;
import io.vmfactory.guest.GuestSandbox;
import io.vmfactory.guest.QuiesceReport;
import io.vmfactory.guest.Uniqueness;
import io.vmfactory.scripted.vmm.FakeHypervisor;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmPhase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Agents of the VMs of a {@link FakeHypervisor}. Like a virtio-serial port, each agent accepts one
 * host at a time. Like a guest, it answers only while its VM runs.
 */
public final class ScriptedAgents implements GuestAgents {
  /** The steps that can be made to misbehave. */
  public enum Step {
    CONNECT,
    SERVING,
    UNIQUE,
    HOOKS,
    REHEARSAL,
    WAKE,
    ONLINE
  }

  /** The failures to play. */
  public final Faults<Step> faults = new Faults<>();

  private final FakeHypervisor hypervisor;
  private final Map<VmId, Set<Path>> connected = new ConcurrentHashMap<>();
  private final Map<VmId, List<String>> calls = new ConcurrentHashMap<>();
  private final Map<VmId, Uniqueness> unique = new ConcurrentHashMap<>();

  /** VMs whose agent does not answer any more. */
  public final Set<VmId> deaf = ConcurrentHashMap.newKeySet();

  /** How many commands each guest has for after a restore. */
  public volatile int restoreHooks;

  /** How many rehearsals each guest has. */
  public volatile int rehearsals;

  public ScriptedAgents(FakeHypervisor hypervisor) {
    this.hypervisor = hypervisor;
  }

  /** VMs whose agent has a connection. */
  public Set<VmId> connected() {
    return connected.keySet();
  }

  /** Returns what the agent of {@code vm} was asked, each with the VM's phase at that moment. */
  public List<String> calls(VmId vm) {
    return calls.getOrDefault(vm, List.of());
  }

  /** Returns what made {@code vm} unique; null = nothing did. */
  public @Nullable Uniqueness unique(VmId vm) {
    return unique.get(vm);
  }

  @Override
  public GuestAgent connect(Path socket, Deadline deadline) {
    VmId vm = new VmId(Objects.requireNonNull(socket.getParent()).getFileName().toString());
    faults.play(Step.CONNECT, deadline);
    if (!Files.exists(socket) || !take(vm, socket)) {
      throw new GuestException(GuestException.UNAVAILABLE, "cannot connect to " + socket, null);
    }
    note(vm, "connect");
    return new Agent(vm, socket);
  }

  private boolean take(VmId vm, Path port) {
    return connected.computeIfAbsent(vm, v -> ConcurrentHashMap.newKeySet()).add(port);
  }

  private void free(VmId vm, Path port) {
    connected.computeIfPresent(
        vm,
        (v, ports) -> {
          ports.remove(port);
          return ports.isEmpty() ? null : ports;
        });
  }

  private void note(VmId vm, String call) {
    String line = call + " " + hypervisor.vm(vm).phase();
    calls.computeIfAbsent(vm, v -> new ArrayList<>()).add(line);
  }

  private final class Agent implements GuestAgent {
    private final VmId vm;
    private final Path port;

    Agent(VmId vm, Path port) {
      this.vm = vm;
      this.port = port;
    }

    private void call(Step step, String name, Deadline deadline) {
      faults.play(step, deadline);
      note(vm, name);
      if (deaf.contains(vm)) {
        throw new GuestException(GuestException.UNAVAILABLE, "the agent is deaf", null);
      }
      if (hypervisor.vm(vm).phase() != VmPhase.RUNNING) {
        throw new GuestException(GuestException.UNAVAILABLE, "connection to the agent broke", null);
      }
    }

    @Override
    public Answer askServing(Deadline deadline) {
      return () -> call(Step.SERVING, "serving", deadline);
    }

    @Override
    public GuestHooks.Due makeUnique(Uniqueness uniqueness, Deadline deadline) {
      call(Step.UNIQUE, "unique", deadline);
      unique.put(vm, uniqueness);
      return new GuestHooks.Due(restoreHooks, rehearsals);
    }

    @Override
    public GuestHooks hooks() {
      return new Hooks();
    }

    private final class Hooks implements GuestHooks {
      @Override
      public List<GuestHook.Result> runRegistered(Moment moment, Deadline deadline) {
        boolean rehearsal = moment == Moment.REHEARSAL;
        call(rehearsal ? Step.REHEARSAL : Step.HOOKS, rehearsal ? "rehearsal" : "hooks", deadline);
        return List.of();
      }

      @Override
      public GuestHook.Result run(GuestHook hook, Deadline deadline) {
        throw new UnsupportedOperationException();
      }

      @Override
      public void register(Moment moment, List<GuestHook> hooks, Deadline deadline) {
        throw new UnsupportedOperationException();
      }
    }

    @Override
    public Answer startWake(WallClock clock, String hostname, Deadline deadline) {
      String name = hostname.isEmpty() ? "wake" : "wake as " + hostname;
      return () -> call(Step.WAKE, name, deadline);
    }

    @Override
    public void online(int vcpus, Deadline deadline) {
      call(Step.ONLINE, "online " + vcpus, deadline);
    }

    @Override
    public GuestDetails details(Deadline deadline) {
      throw new UnsupportedOperationException();
    }

    @Override
    public GuestIdentity identity(int randomBytes, Deadline deadline) {
      throw new UnsupportedOperationException();
    }

    @Override
    public QuiesceReport quiesce(Deadline deadline) {
      throw new UnsupportedOperationException();
    }

    @Override
    public String metrics(Deadline deadline) {
      throw new UnsupportedOperationException();
    }

    @Override
    public GuestSandbox sandbox() {
      throw new UnsupportedOperationException();
    }

    @Override
    public GuestContainers containers() {
      throw new UnsupportedOperationException();
    }

    @Override
    public GuestProcesses processes() {
      throw new UnsupportedOperationException();
    }

    @Override
    public GuestNetwork network() {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<String> gone() {
      return new CompletableFuture<>();
    }

    @Override
    public void close() {
      free(vm, port);
    }
  }
}
