import { createContext, useContext } from "react";
import type { ReactNode } from "react";
import { Provider } from "urql";
import type { Outdial } from "../core/client.ts";

const Context = createContext<Outdial | null>(null);

/** Gives every hook below it its client. */
export function OutdialProvider({ outdial, children }: { outdial: Outdial; children: ReactNode }) {
  return (
    <Context.Provider value={outdial}>
      <Provider value={outdial.urql}>{children}</Provider>
    </Context.Provider>
  );
}

/** The client of the provider above. Throws without one. */
export function useOutdial(): Outdial {
  const outdial = useContext(Context);
  if (outdial === null) throw new Error("Expected an <OutdialProvider> above this component.");
  return outdial;
}
