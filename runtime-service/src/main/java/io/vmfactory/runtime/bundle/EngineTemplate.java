package io.vmfactory.runtime.bundle;

import io.vmfactory.client.FactoryException;
import io.vmfactory.client.FactoryException.Code;
import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.client.sandbox.SandboxSpec;
import io.vmfactory.guest.oci.OciSpec;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The named template that the VM of an engine's container is a clone of.
 *
 * @param name as {@code name} or {@code name:version}; empty = the base
 * @param path where it was asked for, for errors
 */
record EngineTemplate(String name, String path) {
  private static final String PREFIX = "io.vmfactory.";
  private static final String ANNOTATION = PREFIX + "template";
  private static final Pattern FORM =
      Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}(:[1-9][0-9]{0,9})?");

  /**
   * Returns the template that a specification names, else the engine's.
   *
   * @param ofEngine that of all containers of the engine's runtime; empty = none
   */
  static EngineTemplate of(OciSpec asked, String ofEngine) {
    requireKnown(asked);
    String own = asked.annotation(ANNOTATION);
    EngineTemplate template =
        own.isEmpty()
            ? new EngineTemplate(ofEngine, "--template")
            : new EngineTemplate(own, at(ANNOTATION));
    if (!template.isBase() && !FORM.matcher(template.name).matches()) {
      throw template.refused(
          "\"%s\" is not NAME or NAME:VERSION; vmfactory template ls lists them"
              .formatted(template.name));
    }
    return template;
  }

  private static void requireKnown(OciSpec asked) {
    asked.annotations().keySet().stream()
        .filter(name -> name.startsWith(PREFIX) && !name.equals(ANNOTATION))
        .findFirst()
        .ifPresent(
            name -> {
              throw new SandboxException(
                  Reason.INVALID,
                  "%s: there is no such annotation; there is %s".formatted(at(name), ANNOTATION));
            });
  }

  private static String at(String annotation) {
    return "annotations[\"%s\"]".formatted(annotation);
  }

  private SandboxException refused(String why) {
    return new SandboxException(Reason.INVALID, path + ": " + why);
  }

  /** Returns whether it is the daemon's own template. */
  boolean isBase() {
    return name.isEmpty();
  }

  /** Returns what the journal keeps of it. */
  Map<String, String> annotations() {
    return isBase() ? Map.of() : Map.of(ANNOTATION, name);
  }

  /**
   * Returns the template of a container in another one's VM. The engine's own is that of VMs only.
   *
   * @param host the other container
   * @param ofHost its annotations
   */
  EngineTemplate joining(String host, Map<String, String> ofHost) {
    String there = ofHost.getOrDefault(ANNOTATION, "");
    if (path.equals(at(ANNOTATION)) && !name.equals(there)) {
      throw refused(
          "the container shares the VM of %s, which is a clone of %s; leave it out, or name that one"
              .formatted(host, there.isEmpty() ? "the base" : "\"" + there + "\""));
    }
    return new EngineTemplate(there, path);
  }

  /** Returns a VM that is a clone of it. Its PID namespaces are those of the template. */
  SandboxSpec applyTo(SandboxSpec sandbox) {
    return isBase() ? sandbox : sandbox.withTemplate(name).withSharedPids(false);
  }

  /** Words the failure of a creation: where the template was asked for, if it is the reason. */
  RuntimeException worded(RuntimeException failure) {
    boolean unusable =
        failure instanceof FactoryException daemon && daemon.code() == Code.NOT_FOUND
            || failure instanceof SandboxException e && e.reason() == Reason.UNSUPPORTED;
    return unusable && !isBase() ? refused(String.valueOf(failure.getMessage())) : failure;
  }
}
