/** The desk's own keys, listed with those of the map under "?". */

/** do: {act(code), undoLast, addApproval, step(by), focus, search}; only what this person may do. */
export function bindKeys(map, { may_decide: mayDecide, ledgers }, { act, undoLast, addApproval, step, focus, search }) {
  const acts = [
    ["c", "确认初判", () => act("confirm")],
    ["e", "改判", () => act("change")],
    ["x", "画线分割", () => act("split")],
    ["f", "转外业核查", () => act("field_check")],
    ["r", "退回", () => act("reject")],
    ["u", "撤销自己的上一次处置", () => undoLast()],
  ];
  const keys = [
    ["j", "下一个图斑", () => step(1)],
    ["k", "上一个图斑", () => step(-1)],
    ...(mayDecide ? acts : []),
    ...(ledgers.length ? [["l", "登记批准并重判", () => addApproval()]] : []),
    ["i", "到图斑详情", () => focus()],
    ["/", "查找图斑或坐标", () => search()],
  ];
  for (const [key, label, work] of keys) {
    const run = () => (document.querySelector("dialog[open]") ? false : void work());
    map.keys({ key, label, group: "核查", run });
  }
}
