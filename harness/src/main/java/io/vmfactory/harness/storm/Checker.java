package io.vmfactory.harness.storm;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Judges a history. A pure function: it knows what was asked, when, and with what result, but not
 * how the daemon works. It accepts a history if every rule holds.
 */
final class Checker {
  private static final Map<String, Rule> RULES = rules();

  private Checker() {}

  /** Returns what is wrong with {@code history}, rule by rule; empty = nothing. */
  static List<String> complaints(List<Operation> history) {
    return RULES.entrySet().stream()
        .flatMap(
            rule -> rule.getValue().broken(history).stream().map(c -> rule.getKey() + ": " + c))
        .toList();
  }

  private static Map<String, Rule> rules() {
    Map<String, Rule> rules = new LinkedHashMap<>();
    rules.put("handed out once", HandOutRules::handedOutOnce);
    rules.put("never after its end", HandOutRules::neverAfterItsEnd);
    rules.put("a patient request is served", HandOutRules::patientIsServed);
    rules.put("a stored template serves", TemplateRules::storedServes);
    rules.put("never after its removal", TemplateRules::neverAfterItsRemoval);
    rules.put("a version is one template", TemplateRules::oneTemplatePerVersion);
    rules.put("a name means what was set last", TemplateRules::nameMeansTheLast);
    rules.put("unique", IdentityRules::unique);
    rules.put("the same as before", IdentityRules::constant);
    rules.put("a live lease works", LeaseRules::liveLeaseWorks);
    rules.put("a lease lasts for its TTL", LeaseRules::lastsAsLongAsSaid);
    rules.put("the VM of a silent client ends", LeaseRules::endsUnwanted);
    rules.put("ends by its deadline", TimeRules::endsByItsDeadline);
    return rules;
  }
}
