import { expectTypeOf, test } from "vitest";
import { useCampaignStart, useCampaigns, useDesk, useTarget } from "../src/index.ts";
import type {
  AgentState,
  CampaignStartMutation,
  Desk,
  Live,
  RefusalOf,
  documents,
} from "../src/index.ts";

test("each result union says every way in which it can be refused", () => {
  type Refusals = RefusalOf<CampaignStartMutation["campaignStart"]>["__typename"];
  expectTypeOf<Refusals>().toEqualTypeOf<"NotFound" | "CampaignIsClosed" | "NoAgentsAssigned">();
});

test("a switch over an answer that forgets a refusal does not compile", () => {
  const text = (result: CampaignStartMutation["campaignStart"]): string => {
    switch (result.__typename) {
      case "CampaignStarted":
        return result.campaign.name;
      case "NotFound":
      case "CampaignIsClosed":
        return result.message;
      default:
        // @ts-expect-error NoAgentsAssigned is left
        return result satisfies never;
    }
  };
  expectTypeOf(text).returns.toBeString();
});

test("a query that needs no variables asks for none, and one that does insists", () => {
  expectTypeOf(useCampaigns).toBeCallableWith();
  // @ts-expect-error the id is missing
  expectTypeOf(useTarget).toBeCallableWith({});
  expectTypeOf(useTarget).toBeCallableWith({ variables: { id: "t" } });
});

test("hooks give what they are documented to give", () => {
  expectTypeOf(useDesk).returns.toEqualTypeOf<Live<Desk>>();
  expectTypeOf<Desk["state"]>().toEqualTypeOf<AgentState | null>();
  expectTypeOf(useCampaignStart).returns.toBeArray();
  expectTypeOf<typeof documents.CampaignStartDocument>().not.toBeAny();
});
