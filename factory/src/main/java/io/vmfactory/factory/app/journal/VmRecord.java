package io.vmfactory.factory.app.journal;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmIdentity;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One VM as its {@code vm.json} tells of it. Plain values only: this is the file's format.
 *
 * @param version format version, {@link #VERSION}
 * @param state how far the VM has come
 * @param id the VM
 * @param route how it is made: a word of the wire
 * @param templateKey hex; empty = made without a template
 * @param hostname as set in the guest; empty = not yet, or a base VM
 * @param vcpus really there; until the lease, those at boot
 * @param memoryMib really there; until the lease, that at boot
 * @param madeAt ISO-8601
 * @param process the VMM's process; null = not started yet, or the daemon died before it could say
 * @param lease null = not leased
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record VmRecord(
    int version,
    State state,
    String id,
    String route,
    String templateKey,
    String hostname,
    int vcpus,
    int memoryMib,
    String madeAt,
    @Nullable ProcessEntry process,
    @Nullable LeaseEntry lease) {
  public VmRecord {
    Objects.requireNonNull(state);
    Objects.requireNonNull(id);
  }

  /** The format this daemon writes, and the only one it reads. */
  public static final int VERSION = 1;

  /** How far a VM has come. Written before the step that it names, but for STARTED. */
  public enum State {
    /** Its process is about to be started. */
    MAKING,
    /** Its process runs; nobody has it yet. */
    STARTED,
    /** A customer has it. */
    LEASED,
    /** Somebody else owns it: never to be touched. */
    GIVEN_AWAY
  }

  /** See {@link VmIdentity}. */
  public record ProcessEntry(int pid, long startTicks, String executable) {}

  /**
   * The lease.
   *
   * @param expiresAt ISO-8601, wall clock
   */
  public record LeaseEntry(String id, String owner, long ttlMillis, String expiresAt) {
    public LeaseEntry {
      Instant.parse(expiresAt); // a record that cannot be read later must not be made
    }

    /** When it expires. */
    Instant expiry() {
      return Instant.parse(expiresAt);
    }
  }

  /** A VM that is about to be made. */
  public static VmRecord making(
      String id, String route, String templateKey, Sizing boot, Instant madeAt) {
    return new VmRecord(
        VERSION,
        State.MAKING,
        id,
        route,
        templateKey,
        "",
        boot.vcpus(),
        boot.memoryMib(),
        madeAt.toString(),
        null,
        null);
  }

  /** This VM, its process started. */
  public VmRecord started(VmIdentity who) {
    ProcessEntry entry = new ProcessEntry(who.pid(), who.startTicks(), who.executable().toString());
    return with(State.STARTED, entry, null);
  }

  /** This VM, about to be leased, or its lease about to be renewed. */
  public VmRecord leased(String leaseId, String owner, Duration ttl, Instant expiresAt) {
    LeaseEntry entry = new LeaseEntry(leaseId, owner, ttl.toMillis(), expiresAt.toString());
    return with(State.LEASED, process, entry);
  }

  /** This VM, about to be given away. */
  public VmRecord givenAway() {
    return with(State.GIVEN_AWAY, process, null);
  }

  /** This VM with the name and the sizes that its guest really has. */
  public VmRecord settled(String name, Sizing sizing) {
    return new VmRecord(
        version,
        state,
        id,
        route,
        templateKey,
        name,
        sizing.vcpus(),
        sizing.memoryMib(),
        madeAt,
        process,
        lease);
  }

  private VmRecord with(
      State newState, @Nullable ProcessEntry newProcess, @Nullable LeaseEntry newLease) {
    return new VmRecord(
        version,
        newState,
        id,
        route,
        templateKey,
        hostname,
        vcpus,
        memoryMib,
        madeAt,
        newProcess,
        newLease);
  }
}
