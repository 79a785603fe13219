import { isRefusal, refusedBy, troubleIn, useDeskSignIn, useSignIn } from "@outdial/react";
import type { Refused } from "@outdial/react";
import { useEffect, useId, useState } from "react";
import type { FormEvent } from "react";
import { words } from "./english.ts";
import { Logo } from "./parts/logo.tsx";
import { saveAccount, savedAccount } from "./session.ts";

const w = words.signIn;

/** Who is there: a user by e-mail and password, or an agent by code and PIN. */
export function SignIn({ ended, onToken }: { ended: boolean; onToken: (token: string) => void }) {
  const [who, setWho] = useState<"user" | "agent">("user");
  const [problem, setProblem] = useState(ended ? w.ended : "");
  const [wait, setWait] = useWait();
  const [user, signIn] = useSignIn();
  const [agent, deskSignIn] = useDeskSignIn();
  const busy = user.fetching || agent.fetching;

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setProblem("");
    const form = new FormData(event.currentTarget);
    const said = (name: string) => String(form.get(name) ?? "").trim();
    const account = said("account");
    saveAccount(account);
    const { data, error } =
      who === "user"
        ? await signIn({ account, email: said("email"), password: String(form.get("password")) })
        : await deskSignIn({ account, code: said("code"), pin: said("pin") });
    const trouble = troubleIn(error);
    if (trouble) return setProblem(trouble.message || words.trouble[trouble.kind]);
    const answer = data && ("signIn" in data ? data.signIn : data.deskSignIn);
    if (!answer) return setProblem(words.trouble.fault);
    const refused: Refused | null = refusedBy(answer);
    if (refused) {
      setProblem(refused.message);
      setWait(refused.waitSeconds ?? 0);
    } else if (!isRefusal(answer)) onToken(answer.token);
  };

  return (
    <main className="sign-in">
      <form className="card sign-in-card" onSubmit={submit}>
        <Logo />
        <h1>{w.title}</h1>
        <div className="choice" role="group" aria-label={w.title}>
          {(["user", "agent"] as const).map((kind) => (
            <button
              key={kind}
              type="button"
              aria-pressed={who === kind}
              onClick={() => {
                setWho(kind);
                setProblem("");
              }}
            >
              {kind === "user" ? w.asUser : w.asAgent}
            </button>
          ))}
        </div>
        <Field name="account" label={w.account} value={savedAccount()} auto="organization" />
        {who === "user" ? (
          <>
            <Field key="email" name="email" label={w.email} type="email" auto="username" />
            <Field
              key="password"
              name="password"
              label={w.password}
              type="password"
              auto="current-password"
            />
          </>
        ) : (
          <>
            <Field key="code" name="code" label={w.code} digits auto="username" />
            <Field key="pin" name="pin" label={w.pin} type="password" digits auto="off" />
          </>
        )}
        <p className="problem" role="alert">
          {problem}
        </p>
        <button className="primary" type="submit" disabled={busy || wait > 0}>
          {wait > 0 ? w.waiting(wait) : busy ? w.submitting : w.submit}
        </button>
      </form>
    </main>
  );
}

interface FieldProps {
  name: string;
  label: string;
  auto: string;
  type?: string;
  value?: string;
  digits?: boolean;
}

function Field({ name, label, auto, type = "text", value = "", digits = false }: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        name={name}
        type={type}
        defaultValue={value}
        autoComplete={auto}
        inputMode={digits ? "numeric" : undefined}
        autoCapitalize="none"
        spellCheck={false}
        dir="ltr"
        required
      />
    </div>
  );
}

/** Seconds left to wait, counting down. */
function useWait(): [number, (seconds: number) => void] {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (left <= 0) return;
    const timer = setTimeout(() => setLeft(left - 1), 1000);
    return () => clearTimeout(timer);
  }, [left]);
  return [left, setLeft];
}
