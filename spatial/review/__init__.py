"""The review desk: which patches wait, what a person does with them, and undoing it. 图斑核查"""
