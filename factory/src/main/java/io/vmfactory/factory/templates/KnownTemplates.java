package io.vmfactory.factory.templates;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.template.BuildListener;
import io.vmfactory.template.Shell;
import io.vmfactory.template.SnapshotNote;
import io.vmfactory.template.TemplateException;
import io.vmfactory.template.TemplateException.Reason;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.template.TemplateKey;
import io.vmfactory.template.Templates;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmSnapshot;
import io.vmfactory.vmm.VmSpec;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Templates with a remembered listing of the store, since a request must not cost a walk through
 * directories. The store is listed again after a build or a deletion, after a template turned out
 * to be missing or unusable, and before the answer is that there is none.
 */
public final class KnownTemplates implements Templates {
  private final Templates stored;
  private final AtomicInteger changes = new AtomicInteger();
  private volatile Listing last = new Listing(-1, List.of());

  /** The templates that were listed after the given number of changes. */
  private record Listing(int changes, List<TemplateInfo> templates) {}

  public KnownTemplates(Templates stored) {
    this.stored = stored;
  }

  /** Returns the templates as of the last change; whether one is loaded may have changed since. */
  public List<TemplateInfo> known() {
    Listing listing = last;
    return listing.changes == changes.get() ? listing.templates : list();
  }

  /** Returns what {@code search} finds in the remembered listing, or else in a new one. */
  <T> Optional<T> find(Function<List<TemplateInfo>, Optional<T>> search) {
    return search.apply(known()).or(() -> search.apply(list()));
  }

  @Override
  public List<TemplateInfo> list() {
    int before = changes.get();
    List<TemplateInfo> now = stored.list();
    last = new Listing(before, now);
    return now;
  }

  @Override
  public TemplateKey keyOf(VmSpec spec) {
    return stored.keyOf(spec);
  }

  @Override
  public TemplateInfo build(VmSpec spec, BuildListener listener, Deadline deadline) {
    try {
      return stored.build(spec, listener, deadline);
    } finally {
      changes.incrementAndGet();
    }
  }

  @Override
  public TemplateInfo store(
      VmSnapshot taken, SnapshotNote note, long mostBytes, Laps laps, Deadline deadline) {
    try {
      return stored.store(taken, note, mostBytes, laps, deadline);
    } finally {
      changes.incrementAndGet();
    }
  }

  @Override
  public void delete(TemplateKey key) {
    try {
      stored.delete(key);
    } finally {
      changes.incrementAndGet();
    }
  }

  @Override
  public void load(TemplateKey key, Deadline deadline) {
    used(
        () -> {
          stored.load(key, deadline);
          return key;
        });
  }

  @Override
  public Shell prepare(TemplateKey key, VmId id, VmFolder folder, Laps laps, Deadline deadline) {
    return used(() -> stored.prepare(key, id, folder, laps, deadline));
  }

  @Override
  public Shell adopt(TemplateKey key, Vm vm, Deadline deadline) {
    return used(() -> stored.adopt(key, vm, deadline));
  }

  @Override
  public Vm restore(TemplateKey key, VmId id, VmFolder folder, Laps laps, Deadline deadline) {
    return used(() -> stored.restore(key, id, folder, laps, deadline));
  }

  private <T> T used(Supplier<T> use) {
    try {
      return use.get();
    } catch (TemplateException e) {
      if (e.reason() == Reason.NOT_FOUND || e.reason() == Reason.REFUSED) {
        changes.incrementAndGet();
      }
      throw e;
    }
  }

  @Override
  public void close() {
    stored.close();
  }
}
