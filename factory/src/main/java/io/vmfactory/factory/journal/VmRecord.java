package io.vmfactory.factory.journal;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmIdentity;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One VM as its {@code vm.json} tells of it. Plain values only: this is the file's format.
 *
 * @param version format version, {@link #OLDEST} to {@link #VERSION}
 * @param state how far the VM has come
 * @param id the VM
 * @param route how it is made; once leased, how the request was served: a word of the wire
 * @param templateKey hex; empty = made without a template
 * @param templateDigest which snapshot of that template; empty = not known, or none
 * @param hostname as set in the guest; empty = not yet, or a base VM
 * @param vcpus really there; until the lease, those at boot
 * @param memoryMib really there; until the lease, that at boot
 * @param madeAt ISO-8601, wall clock: when its making began; once leased, when it was handed out
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
    String templateDigest,
    String hostname,
    int vcpus,
    int memoryMib,
    String madeAt,
    @Nullable ProcessEntry process,
    @Nullable LeaseEntry lease) {
  public VmRecord {
    Objects.requireNonNull(state);
    Objects.requireNonNull(id);
    Instant.parse(madeAt); // a record that cannot be read later must not be made
    templateDigest = Objects.requireNonNullElse(templateDigest, "");
  }

  /** The format this daemon writes. */
  public static final int VERSION = 2;

  /**
   * The oldest format that it still reads: version 1 knew no digests and no states SHELL and WARM,
   * and all that a leased VM needs to be taken over is in it.
   */
  public static final int OLDEST = 1;

  /**
   * How far a VM has come. Written before the step that it names, but for STARTED, SHELL and WARM,
   * which are written when it is so. What else happens to a VM on stock is not written: its VMM's
   * run state tells.
   */
  public enum State {
    /** Its process is about to be started. */
    MAKING,
    /** Its process runs; nobody has it yet. */
    STARTED,
    /** On stock: its memory mapped, it waits for device state. True while it does that. */
    SHELL,
    /** On stock: a clone that was made unique and stopped. True while it is stopped. */
    WARM,
    /** A customer has it. */
    LEASED,
    /** Somebody else owns it: never to be touched. */
    GIVEN_AWAY
  }

  /** See {@link VmIdentity}. */
  public record ProcessEntry(int pid, long startTicks, String executable) {
    /** The VM of that name in this process. */
    public VmIdentity identity(VmId id) {
      return new VmIdentity(id, pid, startTicks, Path.of(executable));
    }
  }

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
    public Instant expiry() {
      return Instant.parse(expiresAt);
    }

    /** How long a renewal lasts. */
    public Duration ttl() {
      return Duration.ofMillis(ttlMillis);
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
    return with(State.STARTED, templateDigest, entry, null);
  }

  /**
   * This VM as a shell on stock.
   *
   * @param digest of the template's snapshot whose memory it has
   */
  public VmRecord shell(String digest) {
    return with(State.SHELL, digest, process, null);
  }

  /**
   * This VM warm on stock.
   *
   * @param digest of the template's snapshot that it is a clone of
   */
  public VmRecord warm(String digest) {
    return with(State.WARM, digest, process, null);
  }

  /** This VM, about to be leased, or its lease about to be renewed. */
  public VmRecord leased(String leaseId, String owner, Duration ttl, Instant expiresAt) {
    LeaseEntry entry = new LeaseEntry(leaseId, owner, ttl.toMillis(), expiresAt.toString());
    return with(State.LEASED, templateDigest, process, entry);
  }

  /** This VM, about to be given away. */
  public VmRecord givenAway() {
    return with(State.GIVEN_AWAY, templateDigest, process, null);
  }

  /**
   * This VM as its customer gets it.
   *
   * @param served the route of the request
   * @param name as set in the guest
   * @param sizing what it really has
   * @param at when it was handed out
   */
  public VmRecord handedOut(String served, String name, Sizing sizing, Instant at) {
    return new VmRecord(
        VERSION,
        state,
        id,
        served,
        templateKey,
        templateDigest,
        name,
        sizing.vcpus(),
        sizing.memoryMib(),
        at.toString(),
        process,
        lease);
  }

  /** Whether this is a format that this daemon reads. */
  boolean readable() {
    return version >= OLDEST && version <= VERSION;
  }

  /** Its name. */
  public VmId vmId() {
    return new VmId(id);
  }

  /** What it has, as far as the record knows. */
  public Sizing sizing() {
    return new Sizing(vcpus, memoryMib);
  }

  private VmRecord with(
      State newState,
      String digest,
      @Nullable ProcessEntry newProcess,
      @Nullable LeaseEntry newLease) {
    return new VmRecord(
        VERSION,
        newState,
        id,
        route,
        templateKey,
        digest,
        hostname,
        vcpus,
        memoryMib,
        madeAt,
        newProcess,
        newLease);
  }
}
