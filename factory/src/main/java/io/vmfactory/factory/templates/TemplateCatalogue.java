package io.vmfactory.factory.templates;

import static java.util.Objects.requireNonNull;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.request.Refusals;
import io.vmfactory.factory.stock.Kept;
import io.vmfactory.factory.stock.Stock;
import io.vmfactory.template.BuildListener;
import io.vmfactory.template.Names;
import io.vmfactory.template.SnapshotNote;
import io.vmfactory.template.TemplateException;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.template.TemplateKey;
import io.vmfactory.template.TemplateName;
import io.vmfactory.template.TemplateVersions;
import io.vmfactory.template.Templates;
import io.vmfactory.vmm.VmSnapshot;
import io.vmfactory.vmm.VmSpec;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The templates together with the VMs kept in stock for them: a change of one changes both. */
public final class TemplateCatalogue {
  private final Templates templates;
  private final TemplateChooser chooser;
  private final Names names;
  private final TemplateShares shares;
  private final Stock stock;

  public TemplateCatalogue(
      Templates templates,
      TemplateChooser chooser,
      Names names,
      TemplateShares shares,
      Stock stock) {
    this.templates = templates;
    this.chooser = chooser;
    this.names = names;
    this.shares = shares;
    this.stock = stock;
  }

  /** Lists all templates in the store. */
  public List<TemplateInfo> list() {
    return templates.list();
  }

  /** See {@link Templates#keyOf}. */
  public TemplateKey keyOf(VmSpec spec) {
    return templates.keyOf(spec);
  }

  /** Whether there is a usable template with that key. */
  public boolean usable(TemplateKey key) {
    return templates.list().stream().anyMatch(t -> t.usable() && t.key().equals(key));
  }

  /** Builds a template and loads it into memory; the stock begins to fill. */
  public TemplateInfo build(VmSpec spec, BuildListener listener, Deadline deadline) {
    TemplateInfo info = templates.build(spec, listener, deadline);
    templates.load(info.key(), deadline);
    sync();
    return info;
  }

  /**
   * Stores a snapshot, which stays the caller's, as the next version of a name. A failure leaves
   * nothing.
   *
   * @param laps gets "store" and "publish"
   */
  public TemplateInfo store(
      VmSnapshot taken, TemplateName name, SnapshotNote note, Laps laps, Deadline deadline) {
    long most = shares.left(note.owner(), templates.list());
    TemplateInfo info = templates.store(taken, note, most, laps, deadline);
    try {
      if (shares.isExceeded(note.owner(), templates.list())) { // by another call meanwhile
        throw Refusals.exhausted("another template of the same user took the disk space meanwhile");
      }
      names.add(name, info.key());
    } catch (RuntimeException e) {
      templates.delete(info.key());
      throw e;
    }
    sync();
    return info;
  }

  /** Makes another version of a name the current one. */
  public void rollBack(TemplateName name, int version) {
    names.rollBack(name, version);
    sync();
  }

  /**
   * Deletes a template and the name that leads to it; its idle VMs have ended when this returns. It
   * is no error if one with a name was gone from the store already.
   */
  public void delete(TemplateKey key, Deadline deadline) {
    if (names.nameOf(key).isPresent()) {
      names.remove(key);
      removeIfStored(key);
    } else {
      templates.delete(key);
    }
    deadline.await(sync(), "the idle VMs of the template to end");
  }

  /** Deletes these versions of a name. */
  public void delete(TemplateVersions all, Deadline deadline) {
    names.forget(all);
    all.versions().forEach(version -> removeIfStored(new TemplateKey(version.key())));
    deadline.await(sync(), "the idle VMs of the template to end");
  }

  private void removeIfStored(TemplateKey key) {
    try {
      templates.delete(key);
    } catch (TemplateException e) {
      if (e.reason() != TemplateException.Reason.NOT_FOUND) {
        throw e;
      }
    }
  }

  /**
   * Removes snapshots that have no name: a daemon that was killed stored them, and no client knows
   * of them. If the names are lost, gives each snapshot a name instead, which says so.
   */
  public void sweep() {
    List<TemplateInfo> nameless =
        templates.list().stream()
            .filter(t -> !t.isBuilt() && names.nameOf(t.key()).isEmpty())
            .toList();
    if (names.exists()) {
      nameless.forEach(template -> templates.delete(template.key()));
    } else {
      names.addAll(
          nameless.stream()
              .collect(Collectors.toMap(TemplateCatalogue::lostName, TemplateInfo::key)));
    }
  }

  private static TemplateName lostName(TemplateInfo snapshot) {
    SnapshotNote note = requireNonNull(snapshot.snapshot()).note();
    return TemplateName.of(note.owner(), "lost-" + snapshot.key().shortened());
  }

  /**
   * Makes the stock keep VMs of every template that serves requests, and of no other.
   *
   * @return ends when the VMs of all other templates have ended
   */
  public CompletionStage<Void> sync() {
    return stock.sync(
        templates.list().stream().filter(TemplateInfo::usable).flatMap(this::kept).toList());
  }

  /** Pools are every user's: events, status and metrics show them to all. */
  private Stream<Kept> kept(TemplateInfo template) {
    if (template.isBuilt()) {
      return current(template) ? Stream.of(Kept.unnamed(template)) : Stream.empty();
    }
    return names.nameOf(template.key()).stream()
        .filter(versions -> versions.name().owner().shared())
        .flatMap(
            versions ->
                versions
                    .of(template.key())
                    .filter(version -> version.number() == versions.current())
                    .map(
                        version ->
                            new Kept(
                                template,
                                versions.name().toString(),
                                versions.name() + ":" + version.number()))
                    .stream());
  }

  /** Whether {@code template} fits the configuration as it stands. */
  public boolean current(TemplateInfo template) {
    try {
      return chooser.current(template);
    } catch (TemplateException e) {
      return false; // Kernel or initrd is unreadable: the template serves no request either.
    }
  }
}
