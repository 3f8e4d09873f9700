package io.vmfactory.runtime.bundle;

import io.vmfactory.client.FactoryException;
import io.vmfactory.client.FactoryException.Code;
import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.client.sandbox.SandboxSpec;
import io.vmfactory.guest.oci.OciSpec;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The named templates of an engine's container (ADR 0065): the one that its VM is a clone of, and
 * the one that its VM is stored as.
 *
 * @param name the former, as {@code name} or {@code name:version}; empty = the base
 * @param path where it was asked for, for errors
 * @param store the latter; empty = none
 */
record EngineTemplate(String name, String path, String store) {
  private static final String PREFIX = "io.vmfactory.";
  private static final String CLONE = PREFIX + "template";
  private static final String STORE = PREFIX + "template.store";
  private static final Set<String> KNOWN = Set.of(CLONE, STORE);

  private static final String NAME = "[a-z0-9][a-z0-9._-]{0,62}";
  private static final Pattern STORED = Pattern.compile(NAME);
  private static final Pattern CLONED = Pattern.compile(NAME + "(:[1-9][0-9]{0,9})?");

  /**
   * Returns what a specification asks for.
   *
   * @param ofEngine the template of containers that name none; empty = the base
   */
  static EngineTemplate of(OciSpec asked, String ofEngine) {
    requireKnown(asked);
    String own = asked.annotation(CLONE);
    String store = asked.annotation(STORE);
    EngineTemplate template =
        own.isEmpty()
            ? new EngineTemplate(ofEngine, "--template", store)
            : new EngineTemplate(own, at(CLONE), store);
    require(template.name, CLONED, "NAME or NAME:VERSION", template.path);
    require(store, STORED, "NAME", at(STORE));
    return template;
  }

  private static void requireKnown(OciSpec asked) {
    asked.annotations().keySet().stream()
        .filter(name -> name.startsWith(PREFIX) && !KNOWN.contains(name))
        .findFirst()
        .ifPresent(
            name -> {
              throw refused(
                  at(name),
                  "there is no such annotation; there are %s and %s".formatted(CLONE, STORE));
            });
  }

  private static void require(String text, Pattern form, String words, String path) {
    if (!text.isEmpty() && !form.matcher(text).matches()) {
      throw refused(
          path, "\"%s\" is not %s; vmfactory template ls lists them".formatted(text, words));
    }
  }

  private static String at(String annotation) {
    return "annotations[\"%s\"]".formatted(annotation);
  }

  private static SandboxException refused(String path, String why) {
    return new SandboxException(Reason.INVALID, path + ": " + why);
  }

  /** Returns whether its VM is a clone of the daemon's own template. */
  boolean isBase() {
    return name.isEmpty();
  }

  /** Returns whether a named template is used. */
  boolean isUsed() {
    return !isBase() || !store.isEmpty();
  }

  /** Returns what the journal keeps of it. */
  Map<String, String> annotations() {
    return isBase() ? Map.of() : Map.of(CLONE, name);
  }

  /**
   * Returns the template of a container in another one's VM. The engine's own is that of VMs only.
   *
   * @param host the other container
   * @param ofHost its annotations
   */
  EngineTemplate joining(String host, Map<String, String> ofHost) {
    requireNotStored("the container shares the VM of " + host);
    String there = ofHost.getOrDefault(CLONE, "");
    if (path.equals(at(CLONE)) && !name.equals(there)) {
      throw refused(
          path,
          "the container shares the VM of %s, which is a clone of %s; leave it out, or name that one"
              .formatted(host, there.isEmpty() ? "the base" : "\"" + there + "\""));
    }
    return new EngineTemplate(there, path, "");
  }

  /** Throws if the VM would be stored. */
  void requireNotStored(String why) {
    if (!store.isEmpty()) {
      throw refused(at(STORE), why + "; store the VM of a container that is alone in it");
    }
  }

  /**
   * Returns a VM that is a clone of it, and has the host name: that of a container in a template
   * cannot be changed, that of a VM can. Its PID namespaces are those of the template.
   */
  SandboxSpec applyTo(SandboxSpec sandbox, String hostname) {
    SandboxSpec named = isUsed() ? sandbox.withHostname(hostname) : sandbox;
    return isBase() ? named : named.withTemplate(name).withSharedPids(false);
  }

  /** Returns the specification without what the VM has: the host name. */
  OciSpec applyTo(OciSpec oci) {
    return isUsed() ? oci.withoutNamespace("uts").withHostname("") : oci;
  }

  /** Words the failure of a creation: where the template was asked for, if it is the reason. */
  RuntimeException worded(RuntimeException failure) {
    boolean unusable =
        (failure instanceof FactoryException daemon && daemon.code() == Code.NOT_FOUND)
            || (failure instanceof SandboxException e && e.reason() == Reason.UNSUPPORTED);
    return unusable && !isBase() ? refused(path, String.valueOf(failure.getMessage())) : failure;
  }
}
