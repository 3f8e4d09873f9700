package io.vmfactory.factory.templates;

import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.Refusals;
import io.vmfactory.factory.request.TemplateView;
import io.vmfactory.template.Names;
import io.vmfactory.template.SnapshotFacts;
import io.vmfactory.template.SnapshotNote.Owner;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.template.TemplateKey;
import io.vmfactory.template.TemplateName;
import io.vmfactory.template.TemplateVersions;
import io.vmfactory.template.TemplateVersions.Version;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds the templates that a client may use: by key, by the beginning of a key, by name, or by name
 * and version. A template of another user is refused like one that does not exist.
 */
public final class TemplateNames {
  private static final Pattern PREFIX = Pattern.compile("[0-9a-f]{8,64}");
  private static final Pattern NAMED = Pattern.compile("([^:]+)(?::([1-9][0-9]{0,8}))?");

  private final KnownTemplates templates;
  private final Names names;

  public TemplateNames(KnownTemplates templates, Names names) {
    this.templates = templates;
    this.names = names;
  }

  /** Returns whose the templates are that a client makes. */
  public static Owner owner(Peer client) {
    return new Owner(client.user().uid(), client.standing() != Peer.Standing.CLIENT);
  }

  /** Whether a client may see and use the template. */
  public static boolean mayUse(Peer client, TemplateView template) {
    Owner owner = template.owner();
    return owner.shared() || client.mayUse(owner.uid());
  }

  /**
   * Refuses a client that may use the template and may not change or remove it.
   *
   * @param what the call
   */
  public static void requireOwner(Peer client, Owner owner, String what) {
    if (owner.shared()) {
      client.requireAdministrator(what + ", of a template that serves every user,");
    }
  }

  /** Returns the template with its owner and the name that it has. */
  public TemplateView view(TemplateInfo template) {
    // A manifest that cannot be read does not say whose the template is; its name does.
    boolean mayHaveName = !template.isBuilt() || template.digest().isEmpty();
    return view(template, mayHaveName ? names.nameOf(template.key()) : Optional.empty());
  }

  private static TemplateView view(TemplateInfo template, Optional<TemplateVersions> named) {
    SnapshotFacts snapshot = template.snapshot();
    Owner owner =
        snapshot != null
            ? snapshot.note().owner()
            : named.map(versions -> versions.name().owner()).orElse(TemplateView.ADMINISTRATORS);
    return named
        .flatMap(
            versions -> versions.of(template.key()).map(v -> view(template, owner, versions, v)))
        .orElseGet(() -> new TemplateView(template, owner, "", 0, false));
  }

  private static TemplateView view(
      TemplateInfo template, Owner owner, TemplateVersions versions, Version version) {
    boolean current = version.number() == versions.current();
    return new TemplateView(template, owner, versions.name().name(), version.number(), current);
  }

  /** Returns those of {@code all} that a client may see and use. */
  public List<TemplateView> visible(Peer client, List<TemplateInfo> all) {
    return all.stream().map(this::view).filter(t -> mayUse(client, t)).toList();
  }

  /**
   * Returns the template that {@code text} leads to.
   *
   * @param text a key, its first 8 digits or more, a name, or {@code name:version}
   * @throws RequestException if the text is malformed, or fits no template that the client may use,
   *     or several
   */
  public TemplateView resolve(Peer client, String text) {
    return isNamed(text) ? byName(client, text) : byKey(client, text);
  }

  /**
   * Returns the only template whose key begins with {@code prefix}, which has 8 to 64 hex digits.
   *
   * @throws RequestException if the prefix is malformed, or fits no template that the client may
   *     use, or several
   */
  public TemplateView byKey(Peer client, String prefix) {
    if (isNamed(prefix)) {
      throw Refusals.invalid(
          "template key: 8 to 64 lower-case hex digits are needed; vmfactory status lists them");
    }
    List<TemplateView> found =
        templates
            .find(all -> withPrefix(client, all, prefix))
            .orElseThrow(
                () ->
                    Refusals.notFound(
                        "no template %s: vmfactory status lists them".formatted(prefix)));
    if (found.size() > 1) {
      throw Refusals.invalid(
          "template key %s fits %d templates: give more digits".formatted(prefix, found.size()));
    }
    return found.get(0);
  }

  private Optional<List<TemplateView>> withPrefix(
      Peer client, List<TemplateInfo> all, String prefix) {
    List<TemplateInfo> fitting =
        all.stream().filter(t -> t.key().hex().startsWith(prefix)).toList();
    List<TemplateView> found = visible(client, fitting);
    return found.isEmpty() ? Optional.empty() : Optional.of(found);
  }

  private TemplateView byName(Peer client, String text) {
    Named named = named(client, text);
    return templates
        .find(all -> all.stream().filter(t -> t.key().equals(named.key())).findFirst())
        .map(info -> view(info, Optional.of(named.versions())))
        .orElseThrow(
            () ->
                Refusals.notFound(
                    "template %s:%d is no longer in the store; remove it, or make it again"
                        .formatted(named.versions().name().name(), named.version().number())));
  }

  /** A version of a name. */
  public record Named(TemplateVersions versions, Version version) {
    public TemplateKey key() {
      return new TemplateKey(version.key());
    }
  }

  /** Whether {@code text} is a name, with or without a version, and no key. */
  public static boolean isNamed(String text) {
    return !PREFIX.matcher(text).matches();
  }

  /**
   * Returns the version that {@code text} leads to, whether or not it is in the store.
   *
   * @param text a name or {@code name:version}
   * @throws RequestException if the text is malformed, or there is no such version
   */
  public Named named(Peer client, String text) {
    Matcher parts = NAMED.matcher(text);
    if (!parts.matches() || !TemplateName.isName(parts.group(1))) {
      throw Refusals.invalid(
          "template: a key (8 to 64 lower-case hex digits), a name or name:version is needed;"
              + " vmfactory status lists them");
    }
    int number = parts.group(2) == null ? 0 : Integer.parseInt(parts.group(2));
    TemplateVersions versions = versions(client, parts.group(1));
    return new Named(versions, versions.version(number).orElseThrow(() -> noSuch(text)));
  }

  private static RuntimeException noSuch(String text) {
    return Refusals.notFound("no template %s: vmfactory status lists them".formatted(text));
  }

  /**
   * Returns the versions of a name that a client means: its own, or else the administrators'.
   *
   * @throws RequestException if there is no such name
   */
  public TemplateVersions versions(Peer client, String name) {
    Stream<Owner> owners = Stream.of(owner(client), TemplateView.ADMINISTRATORS);
    return owners
        .flatMap(owner -> names.find(TemplateName.of(owner, name)).stream())
        .findFirst()
        .orElseThrow(() -> noSuch(name));
  }

  /** Returns all names whose templates a client may change. */
  public List<TemplateVersions> changeable(Peer client) {
    String own = TemplateName.of(owner(client), "").space();
    return names.all().stream()
        .filter(versions -> client.isTrusted() || versions.name().space().equals(own))
        .toList();
  }
}
